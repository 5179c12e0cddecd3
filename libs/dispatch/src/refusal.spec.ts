import { UnavailableError } from '@app/kernel';
import { isPassing, refusalOf, RefusedWriteError } from './refusal';

const coded = (code: string, message = 'no', more: object = {}) =>
  Object.assign(new Error(message), { code, ...more });

describe('a write that failed', () => {
  it.each([
    ['a value out of range', coded('22003', 'value is out of range for type integer')],
    ['a broken constraint', coded('23514')],
    ['a row too big', coded('54000')],
    ['a mistake of ours', new TypeError('Cannot read properties of undefined')],
    ['a text too long for JavaScript', new RangeError('Invalid string length')],
    ['what Node refuses', coded('ERR_STRING_TOO_LONG')],
    ['what only this run got', new RefusedWriteError(coded('P0001'))],
  ])('is refused for good: %s', (_, error) => {
    expect(refusalOf(error)).not.toBeNull();
  });

  it.each([
    ['the database is away', new UnavailableError('away')],
    ['no connection', coded('ECONNREFUSED')],
    ['the disk is full', coded('53100')],
    ['a deadlock', coded('40P01')],
    ['an administrator', coded('57P01')],
    ['a table that is not there yet', coded('42P01')],
    ['an address that does not answer', new TypeError('fetch failed', { cause: coded('ECONNRESET') })],
    ['a file that can not be read', coded('EIO')],
    ['a connection that ended', new Error('Connection is closed.')],
    ['a process that ended', coded('ERR_IPC_CHANNEL_CLOSED')],
    ['an end of waiting', Object.assign(new Error('late'), { name: 'TimeoutError' })],
  ])('is tried again: %s', (_, error) => {
    expect(refusalOf(error)).toBeNull();
  });

  it('says why without what was to be written', () => {
    expect(refusalOf(coded('22P02', 'invalid input syntax for type integer: "sk_live_1"'))).toBe(
      'invalid input syntax for type integer: … (22P02)',
    );
    expect(
      refusalOf(coded('23514', 'new row violates "x"', { table: 'run', constraint: 'run_status_check' })),
    ).toBe('new row violates … (23514 at run.run_status_check)');
    expect(refusalOf(new SyntaxError('Unexpected token, "sk_live_2'))).toBe('Unexpected token, …');
  });

  it('may succeed later, or only for others', () => {
    expect([coded('57014'), coded('42P01'), coded('XX000'), coded('P0001')].map(isPassing)).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(
      [new UnavailableError('away'), coded('55P03'), coded('EPIPE'), new Error('?')].map(isPassing),
    ).toEqual([true, true, true, true]);
  });
});
