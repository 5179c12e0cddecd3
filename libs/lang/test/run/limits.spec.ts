import { compileProject, loadProgram, runProgram } from '../../src';
import type { RunHost } from '../../src';

const host: RunHost = {
  call: () => Promise.reject(new Error('nothing outside')),
  post: () => undefined,
  nowUs: () => 0,
  epochMs: () => 0,
  randomBytes: (n) => new Uint8Array(n),
};

async function resultOf(
  expression: string,
  environment: Readonly<Record<string, string>>,
  conf: Readonly<Record<string, number>> = {},
): Promise<string> {
  const text = `::t ns\nf fn () { [${expression}] }`;
  const { artifact } = compileProject([{ name: 'l.hot', text, origin: 'project' }]);
  if (artifact === null) throw new Error('does not compile');
  const infoJson = JSON.stringify({ environment, conf });
  return (await runProgram(loadProgram(artifact), { fn: '::t/f', infoJson }, host)).resultJson;
}

const DEFAULTS = {
  HOT_MAX_COLLECTION_SIZE: '16777216',
  HOT_MAX_STRING_BYTES: '268435456',
  HOT_MAX_PARSE_INPUT_BYTES: '67108864',
  HOT_MAX_ALLOC_BYTES: '268435456',
  HOT_MAX_REGEX_PATTERN_BYTES: '65536',
  HOT_MAX_REGEX_INPUT_BYTES: '67108864',
};

describe('limits of the library', () => {
  afterEach(() => resultOf('1', DEFAULTS));

  it.each([
    [
      'range(11)',
      'range: refusing to allocate collection of 11 elements (limit 10). Raise HOT_MAX_COLLECTION_SIZE',
    ],
    ['concat(range(6), range(6))', 'concat: refusing to allocate collection of 12 elements (limit 10).'],
    ['collect(::hot::iter/range(11))', 'collect: refusing to allocate collection of 11 elements (limit 10).'],
    [
      'mapcat([1, 2], (x) { range(6) })',
      'mapcat: refusing to allocate collection of 12 elements (limit 10).',
    ],
    ['flatten([range(6), range(6)])', 'flatten: refusing to allocate collection of 12 elements (limit 10).'],
    ['interpose(range(6), 0)', 'interpose: refusing to allocate collection of 11 elements (limit 10).'],
    [
      'interleave(range(6), range(6))',
      'interleave: refusing to allocate collection of 12 elements (limit 10).',
    ],
    ['pad-start("a", 21)', 'pad-start: refusing to produce string of 21 bytes (limit 20).'],
    ['replace("aaaaaaaaaa", "a", "bbb")', 'replace: refusing to produce string of 30 bytes (limit 20).'],
    ['join(["aaaaaaaaaa", "bbbbbbbbbb"], "-")', 'join: refusing to produce string of 21 bytes (limit 20).'],
    ['join(["éééééééééé"], "-")', '["éééééééééé"]'],
    ['concat("aaaaaaaaaa", "ééééééé")', 'concat: refusing to produce string of 24 bytes (limit 20).'],
    ['interpose("aaaaaaa", "bbb")', 'interpose: refusing to produce string of 25 bytes (limit 20).'],
    ['to-json("aaaaaaaaaaaaaaaaaaaa")', 'to-json: refusing to produce string of 22 bytes (limit 20).'],
    [
      'from-json("[1, 2, 3, 4, 5, 6, 7, 8, 9]")',
      'from-json: refusing to parse input of 27 bytes (limit 25).',
    ],
  ])('%s is held to those of the environment', async (expression, text) => {
    const environment = {
      HOT_MAX_COLLECTION_SIZE: '10',
      HOT_MAX_STRING_BYTES: '20',
      HOT_MAX_PARSE_INPUT_BYTES: '25',
    };
    expect(await resultOf(expression, environment)).toContain(text);
  });

  it.each([
    ['concat(Bytes("abcd"), Bytes("efg"))', 'concat: refusing to allocate 7 bytes (limit 6).'],
    ['Bytes("aéaé")', '"$val":[97,195,169,97,195,169]'],
    ['Bytes("aéaéa")', 'Bytes: refusing to allocate 7 bytes (limit 6).'],
    ['Bytes(range(7))', 'Bytes: refusing to allocate 7 bytes (limit 6).'],
    ['random-bytes(7)', 'random-bytes: refusing to allocate 7 bytes (limit 6).'],
    ['decode("00112233445566")', '::hot::hex/decode: refusing to allocate 7 bytes (limit 6).'],
    ['::hot::base64/decode("AAAAAAAAAAAA")', '::hot::base64/decode: refusing to allocate 9 bytes (limit 6).'],
    [
      'encode("aaaaaaa")',
      '::hot::hex/encode: refusing to produce string of 14 bytes (limit 12). Raise HOT_MAX_STRING_BYTES',
    ],
    [
      '::hot::base64/encode-url("aaaaaaaaaa")',
      '::hot::base64/encode-url: refusing to produce string of 16 bytes (limit 12).',
    ],
  ])('%s makes no more bytes than the environment lets it', async (expression, text) => {
    const environment = { HOT_MAX_ALLOC_BYTES: '6', HOT_MAX_STRING_BYTES: '12' };
    expect(await resultOf(expression, environment)).toContain(text);
  });

  it.each([
    ['::hot::regex/is-match("a", "abcdé")', 'is-match: refusing to compile regex of 6 bytes (limit 5).'],
    ['::hot::regex/is-match("abcdefgé", "a")', 'is-match: refusing to scan input of 9 bytes (limit 8).'],
  ])('%s', async (expression, text) => {
    const environment = { HOT_MAX_REGEX_PATTERN_BYTES: '5', HOT_MAX_REGEX_INPUT_BYTES: '8' };
    expect(await resultOf(expression, environment)).toContain(text);
  });

  it('come with the configuration where programs see no environment', async () => {
    const conf = { HOT_MAX_COLLECTION_SIZE: 10 };
    expect(await resultOf('range(11)', {}, conf)).toContain('of 11 elements (limit 10)');
    expect(await resultOf('range(10)', {}, conf)).toContain('[0,1,2,3,4,5,6,7,8,9]');
  });

  it('stay as they are when the environment names no number', async () => {
    expect(await resultOf('length(range(20))', { HOT_MAX_COLLECTION_SIZE: 'many' })).toBe('[20]');
  });
});
