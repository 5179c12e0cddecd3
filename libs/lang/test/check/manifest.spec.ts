import fc from 'fast-check';
import { MANIFEST_LIMITS, ManifestError, parseManifest, printManifest } from '../../src/definitions';

const value = (text: string): unknown => parseManifest(`hot.bundle.x ${text}`).value;
const reason = (text: string): string => {
  try {
    parseManifest(text);
    return '';
  } catch (error) {
    if (error instanceof ManifestError) return error.message;
    throw error;
  }
};

describe('reading a manifest', () => {
  it('takes blanks and comments, a dotted name and one value', () => {
    const text = '\ufeff// made by hot\n\nhot.bundle.my-app  // here\n{ a: 1 } // end';
    expect(parseManifest(text)).toEqual({ name: 'hot.bundle.my-app', value: { a: 1 } });
  });

  it.each([
    ['{}', {}],
    ['[1, -2, 1.50, true, false, null]', [1, -2, 1.5, true, false, null]],
    ['{a: 1\n"b c": [1\n2,]\n$x-1: {}}', { a: 1, 'b c': [1, 2], '$x-1': {} }],
    ['{a: 1, a: 2}', { a: 2 }],
    [String.raw`"\n\r\t\"\\ é 😀"`, '\n\r\t"\\ é 😀'],
    ['"a\nb\tc"', 'a\nb\tc'],
    ['Byte(7)', 7],
    ['Bytes([1, 2,])', [1, 2]],
    ['1.0e+21', 1e21],
  ])('%s', (text, expected) => {
    expect(value(text)).toEqual(expected);
  });

  it('keeps __proto__ as an ordinary key', () => {
    const read = value('{__proto__: {polluted: true}, "constructor": 1}') as Record<string, unknown>;
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(Object.keys(read)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([
    ['', 'manifest.hot:1:1: expected a name'],
    ['a', 'manifest.hot:1:2: expected a blank after the name'],
    ['a{}', 'expected a blank after the name'],
    ['a {} {}', 'expected the end of the text'],
    ['a {b 1}', "expected ':' after the key"],
    ['a {b: 1 c: 2}', "manifest.hot:1:9: expected ',', a new line or '}'"],
    ['a [1,,2]', 'expected a value'],
    ['a {1: 2}', 'expected a key'],
    ['a {\n  b: x\n}', "manifest.hot:2:6: 'x' is not a value: a manifest is data only"],
    ['a add(1, 2)', "'add' is not a value"],
    ['a `x`', 'expected a value'],
    [String.raw`a "\u0041"`, 'unknown escape in a string'],
    ['a "x', 'a string without its end'],
    ['a "x\\', 'unknown escape'],
    ['a 9223372036854775808', 'a whole number beyond 64 bits'],
    ['a Byte(256)', 'a byte is a whole number from 0 to 255'],
    ['a Bytes(1)', "expected '['"],
    ['a [', 'expected a value'],
    ['a {', 'expected a key'],
    ['a -', 'expected a number'],
    ['a 1e999', 'a number that is too large'],
  ])('refuses %j', (text, message) => {
    expect(reason(text)).toContain(message);
  });

  it('refuses what is too large, too deep or too much', () => {
    expect(reason(`a ${'['.repeat(65)}`)).toContain('nested deeper than 64');
    expect(reason(`a ${'['.repeat(64)}${']'.repeat(64)}`)).toBe('');
    expect(reason(`a ${'['.repeat(1_000_000)}`)).toContain('nested deeper than 64');
    expect(reason(`a [${'1,'.repeat(250_000)}]`)).toContain('more than 250000 values');
    expect(reason(`a [${'1,'.repeat(249_999)}]`)).toBe('');
    expect(reason(`a Bytes([${'1,'.repeat(250_000)}])`)).toContain('more than 250000 values');
    expect(reason(`a "${'x'.repeat(MANIFEST_LIMITS.maxBytes)}"`)).toContain('larger than 8388608 bytes');
    expect(reason(`a "${'é'.repeat(MANIFEST_LIMITS.maxBytes / 2)}"`)).toContain('larger than 8388608 bytes');
    expect(reason(`a "${'é'.repeat(MANIFEST_LIMITS.maxBytes / 2 - 10)}"`)).toBe('');
  });

  it('answers any text with a value or a ManifestError', () => {
    const pieces = [
      'a ',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      '\n',
      '//',
      '1',
      '-',
      '.',
      'e',
      'Bytes(',
      'Byte(',
      ')',
      'true',
      'k',
      '😀',
    ];
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.constantFrom(...pieces)).map((list) => `a ${list.join('')}`),
        ),
        (text) => {
          expect(typeof reason(text)).toBe('string');
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('printing a manifest', () => {
  it('gives a text that reads back as the same value', () => {
    const json = fc.jsonValue().filter((one) => !JSON.stringify(one).includes('-0'));
    fc.assert(
      fc.property(json, (one) => {
        const plain: unknown = JSON.parse(JSON.stringify(one));
        expect(parseManifest(printManifest('hot.bundle.x', plain)).value).toEqual(plain);
      }),
      { numRuns: 1000 },
    );
  });

  it('quotes only keys that need it and leaves out what is undefined', () => {
    expect(
      printManifest('hot.bundle.shop', { a: 1, 'b c': [], 'on-event': 'x\n', true: null, gone: undefined }),
    ).toBe('hot.bundle.shop {\n  a: 1,\n  "b c": [],\n  on-event: "x\\n",\n  "true": null\n}\n');
  });

  it('refuses what the notation cannot say', () => {
    expect(() => printManifest('a b', {})).toThrow(RangeError);
    expect(() => printManifest('a', { x: Number.NaN })).toThrow(RangeError);
    expect(() => printManifest('a', { x: () => 1 })).toThrow(RangeError);
  });
});
