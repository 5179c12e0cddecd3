import { canonicalJson } from './canonical-json';

describe('the canonical text of a key', () => {
  it.each([
    ['{"b":1,"a":[2]}', '{"a":[2],"b":1}'],
    ['1.50', '1.5'],
    ['1.0', '10e-1'],
    ['-0.0', '0.0'],
    ['100000000000000000000', '1e20'],
    ['{"$type":"::hot::type/Byte","$val":7}', '7'],
    ['{"$type":"::hot::type/Bytes","$val":[1,2]}', '[1,2]'],
    ['{"a":{"d":1,"c":2}}', '{ "a": {"c": 2, "d": 1} }'],
  ])('of %s is that of %s', (one, other) => {
    expect(canonicalJson(one)).toBe(canonicalJson(other));
  });

  it('tells apart what is not equal', () => {
    const keys = [
      '1',
      '1.0',
      '"1"',
      '[1]',
      'true',
      'null',
      '"null"',
      '1.1',
      '-1.1',
      '11e9',
      '{"a":1}',
      '{"a":1.0}',
    ];
    expect(new Set(keys.map(canonicalJson)).size).toBe(keys.length);
    const big = ['9223372036854775807', '9223372036854775806'].map(canonicalJson);
    expect(new Set(big).size).toBe(2);
  });
});
