import fc from 'fast-check';
import { isPublic, mayCall } from './address-policy';
import { destinationOf } from './destination';
import { readIp } from './ip';

const CLOSED = { allowPrivate: false, allowed: [] };

const bytesOf = (n: number): readonly number[] => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const dotted = (n: number): string => bytesOf(n).join('.');
const groups = (n: number): string => `${(n >>> 16).toString(16)}:${(n & 0xffff).toString(16)}`;

/** How one IPv4 address may be written as the host of a URL. */
const SPELLINGS: readonly ((n: number) => string)[] = [
  dotted,
  (n) => `${dotted(n)}.`,
  (n) => String(n),
  (n) => `0x${n.toString(16)}`,
  (n) => `0${n.toString(8)}`,
  (n) =>
    bytesOf(n)
      .map((byte) => `0x${byte.toString(16)}`)
      .join('.'),
  (n) =>
    bytesOf(n)
      .map((byte) => `0${byte.toString(8)}`)
      .join('.'),
  (n) => `${n >>> 24}.${n & 0xffffff}`,
  (n) => `${n >>> 24}.${(n >>> 16) & 255}.${n & 0xffff}`,
  (n) => [...dotted(n)].map((c) => `%${c.charCodeAt(0).toString(16)}`).join(''),
  (n) => `[::ffff:${dotted(n)}]`,
  (n) => `[::ffff:${groups(n)}]`,
  (n) => `[::${groups(n)}]`,
  (n) => `[64:ff9b::${dotted(n)}]`,
  (n) => `[0:0:0:0:0:FFFF:${groups(n).toUpperCase()}]`,
];

/** Half of them from the first halves of ranges that matter. */
const anyV4 = fc.oneof(
  fc.nat({ max: 0xffffffff }),
  fc
    .tuple(fc.constantFrom(0, 10, 100, 127, 169, 172, 192, 198, 203, 224, 255), fc.nat({ max: 0xffffff }))
    .map(([first, rest]) => first * 0x1000000 + rest),
);

describe('an address', () => {
  it('is judged the same in whatever way it is written', () => {
    fc.assert(
      fc.property(anyV4, fc.constantFrom(...SPELLINGS), (n, spell) => {
        const { host, isAddress } = destinationOf(`http://${spell(n)}/`);
        expect(isAddress).toBe(true);
        expect(mayCall(host, CLOSED)).toBe(mayCall(dotted(n), CLOSED));
      }),
      { numRuns: 3_000 },
    );
  });

  it('is read the same short and long', () => {
    const anyV6 = fc.array(fc.oneof(fc.constant(0), fc.nat({ max: 0xffff })), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(anyV6, (parts) => {
        const long = parts.map((part) => part.toString(16).padStart(4, '0')).join(':');
        const short = destinationOf(`http://[${long}]/`).host;
        expect(readIp(short)).toEqual(parts);
        expect(readIp(long)).toEqual(parts);
      }),
    );
  });

  it('of IPv6 is public within what is given out to hosts only', () => {
    const outside = fc.tuple(
      fc.nat({ max: 0xffff }).filter((first) => first >> 13 !== 1),
      fc.array(fc.nat({ max: 0xffff }), { minLength: 7, maxLength: 7 }),
    );
    fc.assert(
      fc.property(outside, ([first, rest]) => {
        // Not one of the prefixes that carry an IPv4 address.
        fc.pre(first !== 0 && first !== 0x64);
        expect(isPublic([first, ...rest])).toBe(false);
      }),
    );
  });
});
