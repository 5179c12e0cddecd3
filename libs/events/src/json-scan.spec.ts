import fc from 'fast-check';
import { cut, scanJson } from './json-scan';

function accepts(text: string): boolean {
  return scanJson(text).ok;
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('scanJson', () => {
  it('accepts exactly what JSON.parse accepts', () => {
    const fragments = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"\\u00e9"',
      '"\\ud800"',
      '"\\x"',
      '1',
      '-0',
      '01',
      '1.',
      '1e5',
      '1E+',
      'true',
      'nul',
      'null',
      ' ',
      '\n',
      '"',
      '\\',
      'é',
      '\u2028',
      '"\t"',
      '-',
      '.5',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...fragments), { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        expect(accepts(text)).toBe(parses(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it('accepts every document that JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(accepts(text)).toBe(true);
      }),
    );
  });

  it('finds the members of the body and hands them out to the letter', () => {
    const text =
      ' { "event_type" : "a:b", "event_data":{ "10":1.50, "2" : [1e400, 12345678901234567890] , "a":"\\u00e9" } ,"x":null}';
    const scan = scanJson(text);
    if (!scan.ok) throw new Error(scan.problem);
    expect(scan.kind).toBe('object');
    expect([...scan.members].map(([key, span]) => [key, cut(text, span)])).toEqual([
      ['event_type', '"a:b"'],
      ['event_data', '{ "10":1.50, "2" : [1e400, 12345678901234567890] , "a":"\\u00e9" }'],
      ['x', 'null'],
    ]);
  });

  it('takes the last of duplicate keys, decodes keys, and treats __proto__ as a key', () => {
    const text = '{"a":1,"\\u0061":2,"__proto__":3}';
    const scan = scanJson(text);
    if (!scan.ok) throw new Error(scan.problem);
    expect([...scan.members].map(([key, span]) => [key, cut(text, span)])).toEqual([
      ['a', '2'],
      ['__proto__', '3'],
    ]);
  });

  it('refuses nesting below the limit without running out of stack', () => {
    expect(accepts(`${'['.repeat(256)}${']'.repeat(256)}`)).toBe(true);
    expect(scanJson(`${'['.repeat(257)}${']'.repeat(257)}`)).toMatchObject({
      ok: false,
      problem: 'too deeply nested',
    });
    expect(scanJson('['.repeat(1_000_000))).toMatchObject({ ok: false });
  });

  it('says where the text goes wrong', () => {
    expect(scanJson('{"a":}')).toEqual({ ok: false, problem: 'a value is missing', at: 5 });
    expect(scanJson('{} {}')).toEqual({ ok: false, problem: 'text after the end of the value', at: 3 });
    expect(scanJson('')).toMatchObject({ ok: false, problem: 'the text ends too early' });
  });
});
