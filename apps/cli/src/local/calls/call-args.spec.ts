import * as fc from 'fast-check';
import { CallArgs, elementsOf, membersOf } from './call-args';
import { canonicalJson } from './canonical-json';

describe('arguments of host calls', () => {
  it('are taken apart as they are written', () => {
    const json = '{"key":1.50,"value":{"7":"a,}]\\\\","1":[2,{"x":"\\""}]},"n":null,"last":true}';
    const args = new CallArgs(json);
    expect(args.raw('key')).toBe('1.50');
    expect(args.raw('value')).toBe('{"7":"a,}]\\\\","1":[2,{"x":"\\""}]}');
    expect([args.raw('n'), args.raw('missing')]).toEqual([null, null]);
    expect(args.value('last')).toBe(true);
  });

  it('come apart into what JSON.parse finds, however they are laid out', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 1, 2), (value, indent) => {
        const found = [...membersOf(JSON.stringify(value, null, indent))];
        const parsed = found.map(([name, text]) => [name, JSON.parse(text) as unknown]);
        expect(parsed).toEqual(Object.entries(JSON.parse(JSON.stringify(value)) as object));
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom(0, 2), (list, indent) => {
        const found = elementsOf(JSON.stringify(list, null, indent));
        expect(found.map((text) => JSON.parse(text) as unknown)).toEqual(JSON.parse(JSON.stringify(list)));
      }),
    );
  });

  it.each([
    ['text', () => new CallArgs('{"a":1}').text('a')],
    ['count', () => new CallArgs('{"a":-1}').count('a')],
    ['count of none', () => new CallArgs('{}').count('a')],
    ['bytes', () => new CallArgs('{"a":"x"}').bytes('a')],
  ])('are refused when they are no %s', (_, read) => {
    expect(read).toThrow(expect.objectContaining({ code: 'invalid' }));
  });
});

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
