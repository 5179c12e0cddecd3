import { ConfigError, defineConfig, parseSlice, variable, type ConfigOf } from './index';
import { choice, duration, flag, integer, list, optionalText, requiredText } from './values';

const slice = defineConfig('spec', {
  timeoutMs: variable('SPEC_TIMEOUT', duration('30s'), 'How long.'),
  count: variable('SPEC_COUNT', integer(4, 1, 9), 'How many.'),
  loud: variable('SPEC_LOUD', flag(false), 'Whether loud.'),
  hosts: variable('SPEC_HOSTS', list(), 'Which hosts.'),
  mode: variable('SPEC_MODE', choice(['a', 'b'], 'a'), 'Which mode.'),
  secret: variable('SPEC_SECRET', requiredText(), 'A secret.'),
  note: variable('SPEC_NOTE', optionalText(), 'A note.'),
});

const read = (environment: Record<string, string>): ConfigOf<typeof slice> =>
  parseSlice(slice, { SPEC_SECRET: 'x', ...environment });

describe('configuration', () => {
  it('has defaults', () => {
    expect(read({})).toEqual({
      timeoutMs: 30_000,
      count: 4,
      loud: false,
      hosts: [],
      mode: 'a',
      secret: 'x',
      note: undefined,
    });
  });

  it('takes an empty variable as an absent one', () => {
    expect(read({ SPEC_COUNT: '', SPEC_NOTE: '' })).toMatchObject({ count: 4, note: undefined });
  });

  it.each([
    ['500ms', 500],
    ['45', 45_000],
    ['1.5s', 1_500],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
  ])('reads the time span %s', (text, ms) => {
    expect(read({ SPEC_TIMEOUT: text }).timeoutMs).toBe(ms);
  });

  it('splits lists', () => {
    expect(read({ SPEC_HOSTS: ' a, b ,,c' }).hosts).toEqual(['a', 'b', 'c']);
  });

  it('names all problems at once and never a value', () => {
    const wrong = {
      SPEC_TIMEOUT: 'hunter2',
      SPEC_COUNT: '10',
      SPEC_LOUD: 'yes',
      SPEC_MODE: 'hunter2',
      SPEC_SECRET: '',
    };
    let caught: unknown;
    try {
      read(wrong);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ConfigError);
    const { problems, message } = caught as ConfigError;
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'SPEC_TIMEOUT',
      'SPEC_COUNT',
      'SPEC_LOUD',
      'SPEC_MODE',
      'SPEC_SECRET',
    ]);
    expect(message).not.toContain('hunter2');
  });

  it('refuses two slices of one name', () => {
    expect(() => defineConfig('spec', {})).toThrow('declared twice');
  });
});
