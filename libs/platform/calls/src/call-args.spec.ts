import * as fc from 'fast-check';
import { CallArgs, elementsOf, membersOf } from './call-args';

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
