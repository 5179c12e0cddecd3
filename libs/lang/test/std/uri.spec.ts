/** Addresses against those of the engine's own parser. */
import fc from 'fast-check';
import { UriError } from '../../src/std/uri/host';
import { parseUri, type UriParts } from '../../src/std/uri/parse';

const scheme = fc.constantFrom('http:', 'https:', 'HTTP:', 'ws:', 'ftp:', 'foo:', 'mailto:', 'x-y+z:');
const slashes = fc.constantFrom('//', '//', '//', '/', '', '\\\\', '///');
const host = fc.constantFrom(
  'h.test',
  'EXAMPLE.com',
  '127.0.0.1',
  '0x7f.1',
  '1.2.3.4.5',
  '256',
  '[::1]',
  '[1:2:3:4:5:6:7:8]',
  '[1::2::3]',
  '[::ffff:1.2.3.4]',
  'bücher.de',
  'a%2eb',
  'a b',
  '',
  '日本.jp',
  'ＦＵＬＬ.test',
);
const userinfo = fc.constantFrom('', '', '', 'u@', 'u:p@', ':p@', 'a b:c/d@', '@', 'u:@');
const port = fc.constantFrom('', '', ':80', ':443', ':8080', ':99999', ':', ':x');
const chars = fc.constantFrom(
  'a',
  'B',
  '/',
  '/',
  '.',
  '..',
  '/./',
  '/../',
  '%2e',
  '%41',
  ' ',
  'é',
  '"',
  '^',
  '{',
  '|',
  "'",
  '`',
  '\\',
  ';',
  '=',
  '+',
  '😀',
  '\t',
  '<',
);
const tail = fc.array(chars, { maxLength: 8 }).map((c) => c.join(''));
const address = fc
  .tuple(scheme, slashes, userinfo, host, port, tail, fc.option(tail), fc.option(tail))
  .map(([s, sl, u, h, p, path, q, f]) => {
    const way = path === '' || path.startsWith('/') ? path : `/${path}`;
    return `${s}${sl}${u}${h}${p}${way}${q === null ? '' : `?${q}`}${f === null ? '' : `#${f}`}`;
  });

const ours = (text: string, base: UriParts | null = null): UriParts | null => {
  try {
    return parseUri(text, base);
  } catch (e) {
    if (e instanceof UriError) return null;
    throw e;
  }
};

function theirs(text: string, base?: string): UriParts | null {
  if (!URL.canParse(text, base)) return null;
  const u = new URL(text, base);
  const userinfo = u.password === '' ? u.username : `${u.username}:${u.password}`;
  const bare = u.href.split('#')[0] ?? '';
  return {
    scheme: u.protocol.slice(0, -1),
    userinfo: userinfo === '' ? null : userinfo,
    host: u.host === '' && !u.href.startsWith(`${u.protocol}//`) ? null : u.hostname,
    port: u.port === '' ? null : Number(u.port),
    path: u.pathname,
    query: u.search === '' ? (bare.endsWith('?') ? '' : null) : u.search.slice(1),
    fragment: u.hash === '' ? (u.href.endsWith('#') ? '' : null) : u.hash.slice(1),
  };
}

describe('addresses', () => {
  it('have the parts that the engine finds', () => {
    fc.assert(
      fc.property(address, (text) => {
        expect(ours(text)).toEqual(theirs(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('resolve references as the engine does', () => {
    const reference = fc
      .tuple(tail, fc.option(tail))
      .map(([path, q]) => (q === null ? path : `${path}?${q}`));
    const base = fc.constantFrom('http://h.test/a/b?q=1#f', 'https://h.test', 'foo://h/a/b/', 'foo:/a/b');
    fc.assert(
      fc.property(base, reference, (from, text) => {
        expect(ours(text, parseUri(from))).toEqual(theirs(text, from));
      }),
      { numRuns: 2000 },
    );
  });
});
