import { JsonLogger, redact } from './index';

describe('the log', () => {
  const lines: string[] = [];
  const log = new JsonLogger('api', 'info', (line) => void lines.push(line));
  beforeEach(() => void (lines.length = 0));

  it('writes one line of JSON per fact', () => {
    log.log({ event: 'run.claimed', waitMs: 3 }, 'Runs');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      app: 'api',
      context: 'Runs',
      event: 'run.claimed',
      waitMs: 3,
    });
  });

  it('leaves out what is less important than asked for, and the chatter of the framework', () => {
    log.debug('x', 'Runs');
    log.log('Mapped {/v1/env, GET} route', 'RouterExplorer');
    expect(lines).toEqual([]);
  });

  it('keeps the stack of an error', () => {
    log.error('failed', 'Error: failed\n    at x', 'Runs');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'error',
      message: 'failed',
      stack: 'Error: failed\n    at x',
    });
  });

  it.each([
    [`key hot_${'0'.repeat(32)}_${'a'.repeat(64)} used`, 'key [secret] used'],
    [`s_${'0'.repeat(32)}_${'a'.repeat(32)}`, '[secret]'],
    [`${'0'.repeat(32)}_${'a'.repeat(32)}`, '[secret]'],
    ['Authorization: Bearer abc.def', 'Authorization: [secret]'],
    ['postgres://hot:hunter2@127.0.0.1:5432/hot', 'postgres://hot:[secret]@127.0.0.1:5432/hot'],
    ['nothing 0198c6a0-11d2-7c33-8a10-2f6f3c0b9d01', 'nothing 0198c6a0-11d2-7c33-8a10-2f6f3c0b9d01'],
  ])('never holds a secret: %s', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });
});
