import { replWord } from './repl-words';

const said = (line: string): string => {
  const word = replWord(line);
  return word?.kind === 'say' ? word.text : '';
};

describe('words at the prompt', () => {
  it.each(['add(1, 2)', '::shop ns', '::hot::str/trim(" a ")', 'a :b', '', ':: x'])(
    'leave code alone: %j',
    (line) => {
      expect(replWord(line)).toBeNull();
    },
  );

  it.each([':quit', ' :q ', ':exit'])('%j ends', (line) => {
    expect(replWord(line)).toEqual({ kind: 'quit' });
  });

  it('tell what there is', () => {
    expect(said(':help')).toContain(':quit');
  });

  it('tell what a function takes and does, by its short or full name', () => {
    expect(said(':help pmap')).toMatch(/^::hot::coll\/pmap\(.*\n/);
    expect(said(':help ::hot::str/trim')).toBe(said(':help ::hot::str/trim  '));
    expect(said(':help encode')).toContain('::hot::hex/encode(');
    expect(said(':help encode')).toContain('::hot::base64/encode(');
  });

  it('name what was probably meant', () => {
    expect(said(':hlep')).toContain('did you mean :help?');
    expect(said(':help tirm')).toBe('The library has no tirm, did you mean trim?');
    expect(said(':help ::hot::str/tirm')).toContain('did you mean ::hot::str/trim?');
  });
});
