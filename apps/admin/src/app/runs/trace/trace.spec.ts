import { CALL_ERROR, CALL_OPEN, type Trace } from '@app/contracts';
import {
  ancestorsOf,
  buildTree,
  durationOf,
  initiallyOpen,
  NO_FILTER,
  slowest,
  visibleRows,
} from './trace-model';
import { barOf, clampWindow, scaleTicks, zoom } from './trace-window';

type Call = readonly [parent: number, name: string, start: number, duration: number, flags?: number];

function trace(calls: readonly Call[]): Trace {
  const names = [...new Set(calls.map(([, name]) => name))];
  return {
    state: 'available',
    dropped: 0,
    names,
    files: [],
    parent: calls.map(([parent]) => parent),
    name: calls.map(([, name]) => names.indexOf(name)),
    start_us: calls.map(([, , start]) => start),
    duration_us: calls.map(([, , , duration]) => duration),
    flags: calls.map(([, , , , flags]) => flags ?? 0),
    file: calls.map(() => -1),
    line: calls.map(() => 0),
    branches: [],
  };
}

const SMALL = trace([
  [-1, 'confirm', 0, 100],
  [0, 'load', 5, 30],
  [1, 'query', 10, 20],
  [0, 'charge', 40, 55, CALL_ERROR],
  [3, 'post', 45, 45],
]);

const rowsOf = (t: Trace, open: readonly number[], filter = NO_FILTER): number[] => {
  const tree = buildTree(t, null);
  const flags = new Uint8Array(tree.count);
  for (const call of open) flags[call] = 1;
  return [...visibleRows(tree, flags, filter)];
};

describe('buildTree', () => {
  it('counts children, everything below, and time of their own', () => {
    const tree = buildTree(SMALL, 100);
    expect([...tree.depth]).toEqual([0, 1, 2, 1, 2]);
    expect([...tree.children]).toEqual([2, 1, 0, 1, 0]);
    expect([...tree.below]).toEqual([4, 1, 0, 1, 0]);
    expect([...tree.selfUs]).toEqual([15, 10, 20, 10, 45]);
    expect(ancestorsOf(tree, 4)).toEqual([0, 3]);
  });

  it('carries errors up to their callers', () => {
    expect([...buildTree(SMALL, 100).troubled]).toEqual([1, 0, 0, 1, 0]);
    expect(buildTree(SMALL, 100).errors).toEqual([3]);
  });

  it('lets open calls reach to the end of what is known', () => {
    const tree = buildTree(
      trace([
        [-1, 'a', 0, 0, CALL_OPEN],
        [0, 'b', 20, 0, CALL_OPEN],
        [0, 'c', 10, 40],
      ]),
      null,
    );
    expect(tree.totalUs).toBe(50);
    expect([durationOf(tree, 0), durationOf(tree, 1)]).toEqual([50, 30]);
  });

  it('never has negative time of its own, even when clocks disagree', () => {
    expect(
      buildTree(
        trace([
          [-1, 'a', 0, 10],
          [0, 'b', 0, 25],
        ]),
        10,
      ).selfUs[0],
    ).toBe(0);
  });

  it('holds 100,000 calls and lists them within a blink', () => {
    const calls: Call[] = [[-1, 'root', 0, 100_000]];
    for (let i = 1; i < 100_000; i += 1) calls.push([Math.floor((i - 1) / 8), `f${i % 40}`, i, 1]);
    const big = trace(calls);
    const started = performance.now();
    const tree = buildTree(big, 100_000);
    const rows = visibleRows(tree, new Uint8Array(tree.count).fill(1), NO_FILTER);
    expect(rows).toHaveLength(100_000);
    // A page's frame is not measured here: the bound only catches a change to quadratic work.
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('visibleRows', () => {
  it('shows what is open, in order of the calls', () => {
    expect(rowsOf(SMALL, [])).toEqual([0]);
    expect(rowsOf(SMALL, [0])).toEqual([0, 1, 3]);
    expect(rowsOf(SMALL, [0, 3])).toEqual([0, 1, 3, 4]);
    expect(rowsOf(SMALL, [0, 1, 3])).toEqual([0, 1, 2, 3, 4]);
  });

  it('shows several roots and the empty trace', () => {
    expect(
      rowsOf(
        trace([
          [-1, 'a', 0, 1],
          [-1, 'b', 2, 1],
          [1, 'c', 2, 1],
        ]),
        [1],
      ),
    ).toEqual([0, 1, 2]);
    expect(rowsOf(trace([]), [])).toEqual([]);
  });

  it('keeps the callers of what a filter finds, whatever is open', () => {
    expect(rowsOf(SMALL, [], { ...NO_FILTER, text: 'quer' })).toEqual([0, 1, 2]);
    expect(rowsOf(SMALL, [], { ...NO_FILTER, minUs: 40 })).toEqual([0, 3, 4]);
    expect(rowsOf(SMALL, [], { ...NO_FILTER, errorsOnly: true })).toEqual([0, 3]);
    expect(rowsOf(SMALL, [], { ...NO_FILTER, text: 'nowhere' })).toEqual([]);
  });

  it('opens small traces whole, and big ones down to their errors', () => {
    expect([...initiallyOpen(buildTree(SMALL, 100))]).toEqual([1, 1, 0, 1, 0]);
    const calls: Call[] = [[-1, 'root', 0, 9000]];
    for (let i = 1; i < 3000; i += 1) calls.push([i < 10 ? i - 1 : 0, 'f', i, 1, i === 9 ? CALL_ERROR : 0]);
    const open = initiallyOpen(buildTree(trace(calls), 9000));
    expect([0, 5, 8].map((call) => open[call])).toEqual([1, 1, 1]);
    expect(open[9]).toBe(0);
  });

  it('finds the calls that took longest by themselves', () => {
    expect(slowest(buildTree(SMALL, 100), 2)).toEqual([4, 2]);
  });
});

describe('the window of time', () => {
  it('places bars in it and drops those outside', () => {
    expect(barOf({ from: 0, to: 200 }, 50, 100)).toEqual({ left: 25, width: 50, visible: true });
    expect(barOf({ from: 100, to: 200 }, 50, 100)).toEqual({ left: 0, width: 50, visible: true });
    expect(barOf({ from: 100, to: 200 }, 0, 50).visible).toBe(false);
  });

  it('stays within the run and keeps what is under the pointer', () => {
    expect(clampWindow({ from: -50, to: 50 }, 1000)).toEqual({ from: 0, to: 100 });
    expect(clampWindow({ from: 990, to: 1090 }, 1000)).toEqual({ from: 900, to: 1000 });
    const closer = zoom({ from: 0, to: 1000 }, 0.5, 250, 1000);
    expect(closer).toEqual({ from: 125, to: 625 });
    expect((250 - closer.from) / (closer.to - closer.from)).toBe(0.25);
  });

  it('has a scale of round steps', () => {
    expect(scaleTicks({ from: 0, to: 412_000 }, 6)).toEqual([0, 100_000, 200_000, 300_000, 400_000]);
    expect(scaleTicks({ from: 5, to: 5 }, 6)).toEqual([]);
  });
});
