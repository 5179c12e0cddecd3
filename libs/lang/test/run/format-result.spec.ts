import { formatResult } from '../../src';

describe('the result of a run as tools show it', () => {
  it.each([
    ['null', 'null'],
    ['"a\\"b\\n"', '"a\\"b\\n"'],
    ['[]', '[]'],
    ['{}', '{}'],
    ['1.50', '1.50'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['{"$type":"::hot::type/Byte","$val":7}', 'Byte(7)'],
    [
      '{"id":1,"two words":[true,null],"at":{"$type":"::geo/Point","$val":{"x":1,"y":2}}}',
      '{\n  id: 1,\n  "two words": [\n    true,\n    null\n  ],\n  at: ::geo/Point({x: 1, y: 2})\n}',
    ],
    ['{"$type":"::geo/Shape.Dot"}', '::geo/Shape.Dot'],
  ])('hot: %s', (json, shown) => {
    expect(formatResult(json, 'hot')).toBe(shown);
  });

  it.each([
    ['{"a":[1.50,{}],"b":"x:{,\\""}', '{\n  "a": [\n    1.50,\n    {}\n  ],\n  "b": "x:{,\\""\n}'],
    ['[]', '[]'],
    ['9007199254740993', '9007199254740993'],
  ])('json: %s', (json, shown) => {
    expect(formatResult(json, 'json')).toBe(shown);
  });
});
