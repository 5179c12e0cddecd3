import { canonicalKey, keyOf } from './store-key';

describe('keys of stores', () => {
  it.each([
    ['1', '1.0'],
    ['1', '"1"'],
    ['true', '"true"'],
    ['null', '"null"'],
    ['0', 'false'],
    ['[1,2]', '[2,1]'],
    ['[1]', '1'],
    ['{}', '[]'],
    ['9007199254740993', '9007199254740992'],
    ['9223372036854775807', '9223372036854775808'],
    ['0.1', '0.10000000000000000000000000000001'],
    ['"d1e0"', '1.0'],
    ['{"a":{"$type":"::t/A","$val":1}}', '{"a":{"$type":"::t/B","$val":1}}'],
    ['{"$type":"::t/A","$val":1}', '1'],
    ['{"a":null}', '{}'],
    ['"a"', '"A"'],
    ['"\u00e9"', '"e\u0301"'],
  ])('differ when Hot finds them different: %s and %s', (a, b) => {
    expect(canonicalKey(a)).not.toBe(canonicalKey(b));
  });

  it.each([
    ['1.0', '1.00'],
    ['1.5', '15e-1'],
    ['100.0', '1e2'],
    ['0.0', '-0.000'],
    ['-0', '0'],
    ['0.0012', '1.2E-3'],
    ['-10.0', '-1e1'],
    ['18446744073709551616', '18446744073709551616.0'],
    ['{"a":1,"b":[2.0]}', '{ "b" : [2.00], "a":1}'],
    ['{"2":1,"1":2}', '{"1":2,"2":1}'],
    ['{"__proto__":1,"a":2}', '{"a":2,"__proto__":1}'],
    ['"\\u0061"', '"a"'],
    ['{"$type":"::hot::type/Byte","$val":7}', '7'],
    ['{"$type":"::hot::type/Bytes","$val":[1,2]}', '[1,2]'],
    ['{"$type":"::hot::type/Bytes","$val":[1]}', '[{"$type":"::hot::type/Byte","$val":1}]'],
  ])('are one when Hot finds them equal: %s and %s', (a, b) => {
    expect(canonicalKey(a)).toBe(canonicalKey(b));
  });

  it('keep the text that the program wrote', () => {
    expect(keyOf('1.50').json).toBe('1.50');
    expect(keyOf('1.50').hash).toEqual(keyOf('1.5').hash);
    expect(keyOf('1.50').hash).toHaveLength(32);
  });

  it('have two KiB at most, and long ones are not even parsed', () => {
    expect(keyOf(JSON.stringify('x'.repeat(2_046))).hash).toHaveLength(32);
    expect(() => keyOf(JSON.stringify('x'.repeat(2_047)))).toThrow('keys have at most 2048 bytes');
    expect(() => keyOf(JSON.stringify('é'.repeat(1_024)))).toThrow('keys have at most 2048 bytes');
    expect(() => keyOf(`[${'1,'.repeat(10_000)}1]`)).toThrow('keys have at most 2048 bytes');
    expect(keyOf(`1.${'0'.repeat(15_000)}`).hash).toEqual(keyOf('1.0').hash);
  });

  it('with a tremendous exponent cost nothing', () => {
    expect(canonicalKey('1e999999999')).toBe('d1e999999999');
    expect(canonicalKey('10e-999999999')).toBe('d1e-999999998');
  });
});
