/** Decimals and Ints against plain big integer arithmetic: fractions that are never rounded. */
import fc from 'fast-check';
import { addInt, modInt, mulInt, normalise, parseInt64, subInt } from '../../src/runtime/int';
import {
  Dec,
  decAdd,
  decCompare,
  decDiv,
  decFloor,
  decKey,
  decMod,
  decMul,
  decRound,
  decSub,
  decToString,
  decTrunc,
  parseDec,
} from '../../src/runtime/dec';

const LIMIT = 1n << 256n;
const abs = (n: bigint): bigint => (n < 0n ? -n : n);

/** An exact fraction, denominator above zero. */
interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

const fraction = (v: Dec): Fraction =>
  v.s >= 0 ? { n: v.c, d: 10n ** BigInt(v.s) } : { n: v.c * 10n ** BigInt(-v.s), d: 1n };
const cross = (a: Fraction, b: Fraction): number => {
  const x = a.n * b.d;
  const y = b.n * a.d;
  return x < y ? -1 : x > y ? 1 : 0;
};
const same = (v: Dec, f: Fraction): boolean => cross(fraction(v), f) === 0;
const plus = (a: Fraction, b: Fraction): Fraction => ({ n: a.n * b.d + b.n * a.d, d: a.d * b.d });
const minus = (a: Fraction): Fraction => ({ n: -a.n, d: a.d });
const times = (a: Fraction, b: Fraction): Fraction => ({ n: a.n * b.n, d: a.d * b.d });
const over = (a: Fraction, b: Fraction): Fraction =>
  b.n < 0n ? { n: -a.n * b.d, d: a.d * -b.n } : { n: a.n * b.d, d: a.d * b.n };

/** Half up in magnitude. */
const rounded = ({ n, d }: Fraction): bigint => {
  const q = (abs(n) * 2n + d) / (d * 2n);
  return n < 0n ? -q : q;
};

const decs = (digits: number): fc.Arbitrary<Dec> =>
  fc
    .tuple(
      fc.bigInt(-(10n ** BigInt(digits)) + 1n, 10n ** BigInt(digits) - 1n),
      fc.integer({ min: -20, max: 40 }),
    )
    .map(([c, s]) => new Dec(c, s));
/** Most decimals of programs are short. */
const short = fc.oneof(decs(3), decs(12), decs(16));
const any = fc.oneof(decs(3), decs(38), decs(77));
const ints = fc.oneof(
  fc.bigInt(-(1n << 63n), (1n << 63n) - 1n),
  fc.bigInt(-100n, 100n),
  fc.constantFrom((1n << 53n) - 1n, 1n << 53n, -(1n << 53n), -(1n << 63n), (1n << 63n) - 1n),
);

/** What must hold of every result that had to be rounded to the width. */
function nearest(got: Dec, exact: Fraction): boolean {
  const unit = got.s >= 0 ? { n: 1n, d: 10n ** BigInt(got.s) } : { n: 10n ** BigInt(-got.s), d: 1n };
  const error = plus(fraction(got), minus(exact));
  return cross({ n: abs(error.n) * 2n, d: error.d }, unit) <= 0;
}

describe('Dec against fractions', () => {
  it('adds and subtracts exactly, at the larger scale', () => {
    fc.assert(
      fc.property(short, short, (a, b) => {
        const sum = decAdd(a, b);
        const difference = decSub(a, b);
        return (
          same(sum, plus(fraction(a), fraction(b))) &&
          same(difference, plus(fraction(a), minus(fraction(b)))) &&
          sum.s === Math.max(a.s, b.s)
        );
      }),
    );
  });

  it('multiplies exactly, with the sum of the scales', () => {
    fc.assert(
      fc.property(short, short, (a, b) => {
        const product = decMul(a, b);
        return same(product, times(fraction(a), fraction(b))) && product.s === a.s + b.s;
      }),
    );
  });

  it('rounds to the nearest where 256 bits do not hold the digits', () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        for (const [got, exact] of [
          [decAdd(a, b), plus(fraction(a), fraction(b))],
          [decMul(a, b), times(fraction(a), fraction(b))],
        ] as const) {
          if (abs(got.c) >= LIMIT) return false;
          if (!same(got, exact) && (abs(got.c) < 10n ** 75n || !nearest(got, exact))) return false;
        }
        return true;
      }),
    );
  });

  it('divides exactly where that ends, else to 77 digits, and appends no zeros', () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        fc.pre(b.c !== 0n);
        const got = decDiv(a, b);
        const exact = over(fraction(a), fraction(b));
        const least = a.s - b.s;
        if (same(got, exact)) return got.s === least || (got.s > least && got.c % 10n !== 0n);
        return abs(got.c) < LIMIT && abs(got.c) >= 10n ** 76n && nearest(got, exact);
      }),
    );
  });

  it('compares, floors, truncates, rounds and takes remainders like fractions', () => {
    fc.assert(
      fc.property(short, short, (a, b) => {
        const x = fraction(a);
        const y = fraction(b);
        const floor = (f: Fraction): bigint => (f.n >= 0n || f.n % f.d === 0n ? f.n / f.d : f.n / f.d - 1n);
        if (decCompare(a, b) !== cross(x, y)) return false;
        if ((decKey(a) === decKey(b)) !== (cross(x, y) === 0)) return false;
        if (decFloor(a) !== floor(x) || decTrunc(a) !== x.n / x.d || decRound(a) !== rounded(x)) return false;
        if (b.c === 0n) return true;
        const rest = plus(x, minus(times({ n: floor(over(x, y)), d: 1n }, y)));
        return same(decMod(a, b), rest);
      }),
    );
  });

  it('prints what it reads back, with the scale unless it was negative', () => {
    fc.assert(
      fc.property(fc.oneof(short, decs(60)), (a) => {
        const text = decToString(a);
        const back = parseDec(text);
        if (back === null || cross(fraction(back), fraction(a)) !== 0) return false;
        const isJson = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text);
        return isJson && back.s === (a.s < 0 && a.s >= -15 ? 0 : a.s);
      }),
    );
  });

  it('keeps the laws of a ring on what fits', () => {
    // Digits and scales together stay below the 77 digits of 256 bits, or sums would be rounded.
    const small = decs(18).map((d) => new Dec(d.c, d.s % 16));
    fc.assert(
      fc.property(small, small, small, (a, b, c) => {
        const left = decMul(a, decAdd(b, c));
        const right = decAdd(decMul(a, b), decMul(a, c));
        return decCompare(left, right) === 0 && decCompare(decSub(a, a), new Dec(0n, 0)) === 0;
      }),
    );
  });
});

describe('Ints against big integers', () => {
  const wrap = (n: bigint): bigint => BigInt.asIntN(64, n);

  it('wrap at 64 bits and are numbers exactly while they are safe', () => {
    fc.assert(
      fc.property(ints, ints, (x, y) => {
        const [a, b] = [normalise(x), normalise(y)];
        const results = [
          [addInt(a, b), x + y],
          [subInt(a, b), x - y],
          [mulInt(a, b), x * y],
          ...(y === 0n ? [] : [[modInt(a, b), x % y] as const]),
        ] as const;
        return results.every(
          ([got, exact]) =>
            BigInt(got) === wrap(exact) &&
            (typeof got === 'number') === Number.isSafeInteger(Number(wrap(exact))) &&
            !Object.is(got, -0),
        );
      }),
    );
  });

  it('are read from text when 64 bits hold them', () => {
    fc.assert(
      fc.property(fc.oneof(ints, fc.bigInt(-(1n << 70n), 1n << 70n)), fc.nat(30), (n, zeros) => {
        const text = `${n < 0n ? '-' : ''}${'0'.repeat(zeros)}${abs(n)}`;
        const got = parseInt64(text);
        return wrap(n) === n ? got !== null && BigInt(got) === n : got === null;
      }),
    );
  });
});
