/** The same work in Hot and in plain JavaScript. `goal` is the ratio that we hold ourselves to. */
export interface Pair {
  readonly name: string;
  readonly goal: number;
  /** Definitions of a namespace `::bench`; `main` is called. */
  readonly hot: string;
  readonly js: () => unknown;
  /** What both give, as JSON: a benchmark of wrong results measures nothing. */
  readonly gives: string;
}

const fib = (n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2));

function fibLoop(steps: number): number {
  let [a, b] = [0, 1];
  for (let n = steps; n > 0; n--) {
    const sum = a + b;
    a = b;
    b = sum;
  }
  return a;
}

function isPrime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return true;
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

const depth = (n: number): number => (n === 0 ? 0 : 1 + depth(n - 1));

export const PAIRS: readonly Pair[] = [
  {
    name: 'fib recursive 25',
    goal: 1.5,
    hot: 'fib fn (n: Int): Int { if(lt(n, 2), n, add(fib(sub(n, 1)), fib(sub(n, 2)))) }\nmain fn () { fib(25) }',
    js: () => fib(25),
    gives: '75025',
  },
  {
    name: 'fib iterative 70, 1,000 times',
    goal: 1.5,
    hot: `fib fn cond (n, a, b) { lte(n, 0) => { a } => { fib(sub(n, 1), b, add(a, b)) } }
times fn cond (i, last) { lte(i, 0) => { last } => { times(sub(i, 1), fib(70, 0, 1)) } }
main fn () { times(1000, 0) }`,
    js: () => {
      let last = 0;
      for (let i = 0; i < 1000; i++) last = fibLoop(70);
      return last;
    },
    gives: '190392490709135',
  },
  {
    name: 'sum of even squares to 10,000',
    goal: 2,
    hot: 'main fn () { range(10000) |> filter(eq(mod(%, 2), 0)) |> map(mul(%, %)) |> reduce(add, 0) }',
    js: () =>
      range(10_000)
        .filter((n) => n % 2 === 0)
        .map((n) => n * n)
        .reduce((a, b) => a + b, 0),
    gives: '166616670000',
  },
  {
    name: 'map, filter, reduce over 10,000 maps',
    goal: 2,
    hot: `rows map(range(10000), {id: %, group: mod(%, 10), price: mul(%, 2)})
main fn () {
  kept filter(rows, (r) { gt(r.group, 4) })
  reduce(map(kept, (r) { add(r.price, r.id) }), (sum, n) { add(sum, n) }, 0)
}`,
    js: (() => {
      const rows = range(10_000).map((n) => ({ id: n, group: n % 10, price: n * 2 }));
      return () =>
        rows
          .filter((r) => r.group > 4)
          .map((r) => r.price + r.id)
          .reduce((sum, n) => sum + n, 0);
    })(),
    gives: '75030000',
  },
  {
    name: 'string building 1,000',
    goal: 2,
    hot: `build fn cond (n, text) { lte(n, 0) => { text } => { build(sub(n, 1), concat(text, \`item \${n};\`)) } }
main fn () { count(build(1000, "")) }`,
    js: () => {
      let text = '';
      for (let n = 1000; n > 0; n--) text = text + `item ${n};`;
      return [...text].length;
    },
    gives: '8893',
  },
  {
    name: 'JSON round trips 1,000',
    goal: 1.5,
    hot: `doc {id: "a-1", tags: ["x", "y", "z"], nested: {n: 1, list: [1, 2, 3, 4], flag: true, none: null}}
trips fn cond (n, v) { lte(n, 0) => { v } => { trips(sub(n, 1), from-json(to-json(v))) } }
main fn () { trips(1000, doc).nested.n }`,
    js: () => {
      let v: unknown = {
        id: 'a-1',
        tags: ['x', 'y', 'z'],
        nested: { n: 1, list: [1, 2, 3, 4], flag: true, none: null },
      };
      for (let i = 0; i < 1000; i++) v = JSON.parse(JSON.stringify(v));
      return (v as { nested: { n: number } }).nested.n;
    },
    gives: '1',
  },
  {
    name: 'primes to 1,000, 10 times',
    goal: 2,
    hot: `is-prime fn cond (n, d) {
  gt(mul(d, d), n) => { true }
  eq(mod(n, d), 0) => { false }
  => { is-prime(n, add(d, 1)) }
}
once fn () { count(filter(range(2, 1000), is-prime(%, 2))) }
times fn cond (i, last) { lte(i, 0) => { last } => { times(sub(i, 1), once()) } }
main fn () { times(10, 0) }`,
    js: () => {
      let last = 0;
      for (let i = 0; i < 10; i++) last = range(998).filter((n) => isPrime(n + 2)).length;
      return last;
    },
    gives: '168',
  },
  {
    name: 'one million tail calls',
    goal: 2,
    hot: 'loop fn cond (n, acc) { eq(n, 0) => { acc } => { loop(sub(n, 1), add(acc, 2)) } }\nmain fn () { loop(1000000, 0) }',
    js: () => {
      let acc = 0;
      for (let n = 1_000_000; n !== 0; n--) acc += 2;
      return acc;
    },
    gives: '2000000',
  },
  {
    name: 'recursion 3,000 deep, 100 times',
    goal: 2,
    hot: `depth fn (n) { if(eq(n, 0), 0, add(1, depth(sub(n, 1)))) }
times fn cond (i, last) { lte(i, 0) => { last } => { times(sub(i, 1), depth(3000)) } }
main fn () { times(100, 0) }`,
    js: () => {
      let last = 0;
      for (let i = 0; i < 100; i++) last = depth(3000);
      return last;
    },
    gives: '3000',
  },
];
