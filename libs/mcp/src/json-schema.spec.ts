import { isSchema, violation } from './json-schema';
import { mirroredArguments } from './mirrored-headers';

describe('values against schemas', () => {
  it.each([
    [{ type: 'string' }, 'x', null],
    [{ type: 'string' }, 1, 'the value must be string'],
    [{ type: ['string', 'null'] }, null, null],
    [{ type: 'integer' }, 1.5, 'the value must be integer'],
    [{ type: 'number' }, 1.5, null],
    [{ type: 'object' }, [], 'the value must be object'],
    [{ enum: ['a', 'b'] }, 'c', 'the value must be one of "a", "b"'],
    [{ const: { a: [1] } }, { a: [1] }, null],
    [{ const: 1 }, 2, 'the value must be 1'],
    [{ minLength: 2 }, '😀', 'the value must have at least 2 characters'],
    [{ maxItems: 1 }, [1, 2], 'the value must have at most 1 items'],
    [{ minimum: 3 }, 2, 'the value must be at least 3'],
    [{ exclusiveMaximum: 3 }, 3, 'the value must be less than 3'],
    [{ multipleOf: 5 }, 12, 'the value must be a multiple of 5'],
    [{ required: ['a'] }, {}, 'a is required'],
    [{ properties: { a: { properties: { b: { type: 'null' } } } } }, { a: { b: 1 } }, 'a.b must be null'],
    [{ properties: { a: {} }, additionalProperties: false }, { a: 1, b: 2 }, 'b is not allowed'],
    [{ additionalProperties: { type: 'string' } }, { b: 2 }, 'b must be string'],
    [{ patternProperties: { '^x': {} }, additionalProperties: false }, { b: 2 }, null],
    [{ items: { type: 'string' } }, ['a', 1], '[1] must be string'],
    [{ prefixItems: [{ type: 'string' }], items: { type: 'null' } }, ['a', null], null],
    [
      { uniqueItems: true },
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      'the value has an item twice',
    ],
    [{ contains: { type: 'string' } }, [1], 'the value has no item of the kind that it must have'],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 1, 'the value fits none of its types'],
    [{ oneOf: [{ type: 'number' }, { type: 'integer' }] }, 1, 'the value must fit exactly one of its types'],
    [{ allOf: [{ type: 'number' }, { minimum: 2 }] }, 1, 'the value must be at least 2'],
    [{ not: { type: 'string' } }, 'x', 'the value is not allowed'],
    [
      { if: { type: 'string' }, then: { minLength: 1 }, else: false },
      '',
      'the value must have at least 1 characters',
    ],
    [{ $ref: '#/$defs/a', $defs: { a: { type: 'string' } } }, 1, 'the value must be string'],
    [{ pattern: '^(a+)+$' }, `${'a'.repeat(40)}b`, null],
    [{ properties: { constructor: { type: 'string' } } }, {}, null],
    [{ required: ['toString'] }, {}, 'toString is required'],
  ])('%j and %j', (schema, value, problem) => {
    expect(violation(schema, value)).toBe(problem);
  });

  it('end where a schema refers to itself without end', () => {
    const schema = { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } };
    expect(violation(schema, 1)).toContain('too deep');
  });

  it('end where alternatives multiply', () => {
    const schema = {
      $ref: '#/$defs/a',
      $defs: { a: { anyOf: Array.from({ length: 10 }, () => ({ $ref: '#/$defs/a', type: 'string' })) } },
    };
    const began = performance.now();
    expect(violation(schema, 1)).not.toBeNull();
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe('schemas', () => {
  it.each([
    [true, true],
    [{ type: 'object', properties: { a: { type: ['string', 'null'] } } }, true],
    [{ $ref: '#/$defs/a', $defs: { a: {} } }, true],
    [{ type: 'strange' }, false],
    [{ type: [] }, false],
    [{ properties: [] }, false],
    [{ properties: { a: 1 } }, false],
    [{ required: [1] }, false],
    [{ anyOf: [] }, false],
    [{ $ref: '#/$defs/b' }, false],
    [{ $ref: 'https://example.com/schema' }, false],
    [null, false],
    ['x', false],
  ])('%j is one: %p', (schema, is) => {
    expect(isSchema(schema)).toBe(is);
  });
});

describe('arguments that headers repeat', () => {
  const header = (name: unknown, type = 'string') => ({ type, 'x-mcp-header': name });

  it('are found in properties of properties', () => {
    const schema = { properties: { a: header('A'), b: { properties: { c: header('C-1', 'integer') } } } };
    expect(mirroredArguments(schema)).toEqual([
      { path: ['a'], header: 'A' },
      { path: ['b', 'c'], header: 'C-1' },
    ]);
  });

  it.each([
    ['names that are the same', { properties: { a: header('A'), b: header('a') } }],
    ['names that no header can have', { properties: { a: header('A B') } }],
    ['names that are no text', { properties: { a: header(1) } }],
    ['values that are no text', { properties: { a: header('A', 'object') } }],
    ['places that are in lists', { properties: { a: { items: { properties: { b: header('B') } } } } }],
    ['places that are alternatives', { anyOf: [{ properties: { a: header('A') } }] }],
  ])('can’t have %s', (_what, schema) => {
    expect(mirroredArguments(schema)).toBeNull();
  });
});
