import { CALL_ERROR, CALL_OPEN, type Trace } from '@app/contracts';

/**
 * A trace as a tree, in flat arrays: 100,000 calls as objects would cost a hundred megabytes and a second of the page's
 * time. Call i has its first child and next sibling as indexes, -1 for none.
 */
export interface TraceTree {
  readonly trace: Trace;
  readonly count: number;
  readonly firstChild: Int32Array;
  readonly nextSibling: Int32Array;
  readonly depth: Uint16Array;
  readonly children: Int32Array;
  /** Calls below, on any level. */
  readonly below: Int32Array;
  /** Time not spent in recorded callees, microseconds. */
  readonly selfUs: Float64Array;
  /** Whether it or something below it failed. */
  readonly troubled: Uint8Array;
  readonly errors: readonly number[];
  readonly totalUs: number;
}

/** `runDurationUs` is null while the run goes on; open calls reach to the end of what is known. */
export function buildTree(trace: Trace, runDurationUs: number | null): TraceTree {
  const count = trace.parent.length;
  const firstChild = new Int32Array(count).fill(-1);
  const nextSibling = new Int32Array(count).fill(-1);
  const lastChild = new Int32Array(count).fill(-1);
  const depth = new Uint16Array(count);
  const children = new Int32Array(count);
  const below = new Int32Array(count);
  const selfUs = new Float64Array(count);
  const troubled = new Uint8Array(count);
  const errors: number[] = [];
  let totalUs = runDurationUs ?? 0;
  let previousRoot = -1;

  for (let i = 0; i < count; i += 1) {
    totalUs = Math.max(totalUs, at(trace.start_us, i) + at(trace.duration_us, i));
    const parent = at(trace.parent, i);
    if (parent < 0) {
      if (previousRoot >= 0) nextSibling[previousRoot] = i;
      previousRoot = i;
      continue;
    }
    depth[i] = at(depth, parent) + 1;
    const before = at(lastChild, parent);
    if (before < 0) firstChild[parent] = i;
    else nextSibling[before] = i;
    lastChild[parent] = i;
    children[parent] = at(children, parent) + 1;
  }

  // From the last to the first: children come after their parents.
  for (let i = count - 1; i >= 0; i -= 1) {
    const flags = at(trace.flags, i);
    const duration = (flags & CALL_OPEN) === 0 ? at(trace.duration_us, i) : totalUs - at(trace.start_us, i);
    selfUs[i] = Math.max(0, duration - at(selfUs, i));
    if ((flags & CALL_ERROR) !== 0) troubled[i] = 1;
    const parent = at(trace.parent, i);
    if (parent < 0) continue;
    selfUs[parent] = at(selfUs, parent) + duration;
    below[parent] = at(below, parent) + at(below, i) + 1;
    if (at(troubled, i) === 1) troubled[parent] = 1;
  }
  for (let i = 0; i < count; i += 1) if ((at(trace.flags, i) & CALL_ERROR) !== 0) errors.push(i);
  return { trace, count, firstChild, nextSibling, depth, children, below, selfUs, troubled, errors, totalUs };
}

const trees = new WeakMap<Trace, { readonly runDurationUs: number | null; readonly tree: TraceTree }>();

/** As buildTree, once for all that show the same trace. */
export function treeOf(trace: Trace, runDurationUs: number | null): TraceTree {
  const known = trees.get(trace);
  if (known?.runDurationUs === runDurationUs) return known.tree;
  const tree = buildTree(trace, runDurationUs);
  trees.set(trace, { runDurationUs, tree });
  return tree;
}

/** Duration as shown: an open call reaches to the end of the trace. */
export function durationOf(tree: TraceTree, call: number): number {
  return (at(tree.trace.flags, call) & CALL_OPEN) === 0
    ? at(tree.trace.duration_us, call)
    : tree.totalUs - at(tree.trace.start_us, call);
}

export function isError(tree: TraceTree, call: number): boolean {
  return (at(tree.trace.flags, call) & CALL_ERROR) !== 0;
}

export function nameOf(tree: TraceTree, call: number): string {
  return tree.trace.names[at(tree.trace.name, call)] ?? '';
}

/** Callers from the outermost to the call's own. */
export function ancestorsOf(tree: TraceTree, call: number): number[] {
  const path: number[] = [];
  for (let at_ = at(tree.trace.parent, call); at_ >= 0; at_ = at(tree.trace.parent, at_)) path.unshift(at_);
  return path;
}

/** What is open to begin with: the upper levels of a big trace, all of a small one, and the way to the errors. */
export function initiallyOpen(tree: TraceTree): Uint8Array {
  const open = new Uint8Array(tree.count);
  const levels = tree.count <= 200 ? 64 : tree.count <= 2000 ? 2 : 1;
  for (let i = 0; i < tree.count; i += 1) {
    if (at(tree.children, i) > 0 && at(tree.depth, i) < levels) open[i] = 1;
  }
  for (const call of tree.errors.slice(0, 20)) for (const caller of ancestorsOf(tree, call)) open[caller] = 1;
  return open;
}

export interface RowFilter {
  /** Part of a name, lower case; '' for all. */
  readonly text: string;
  readonly minUs: number;
  readonly errorsOnly: boolean;
}

export const NO_FILTER: RowFilter = { text: '', minUs: 0, errorsOnly: false };

/**
 * The calls that are lines now, in order. With a filter: what matches and its callers, so that one sees where it is,
 * whatever is open.
 */
export function visibleRows(tree: TraceTree, open: Uint8Array, filter: RowFilter): Int32Array {
  const keep = isFiltering(filter) ? matching(tree, filter) : null;
  const rows = new Int32Array(tree.count);
  let length = 0;
  const stack: number[] = [];
  let call = tree.count > 0 ? 0 : -1;
  while (call >= 0 || stack.length > 0) {
    if (call < 0) {
      call = stack.pop() ?? -1;
      continue;
    }
    const next = at(tree.nextSibling, call);
    if (keep !== null && at(keep, call) === 0) {
      call = next;
      continue;
    }
    rows[length] = call;
    length += 1;
    const down = keep !== null || at(open, call) === 1 ? at(tree.firstChild, call) : -1;
    if (down >= 0) {
      stack.push(next);
      call = down;
    } else {
      call = next;
    }
  }
  return rows.subarray(0, length);
}

export function isFiltering(filter: RowFilter): boolean {
  return filter.text !== '' || filter.minUs > 0 || filter.errorsOnly;
}

function matching(tree: TraceTree, filter: RowFilter): Uint8Array {
  const keep = new Uint8Array(tree.count);
  const named = tree.trace.names.map((name) => name.toLowerCase().includes(filter.text));
  for (let i = tree.count - 1; i >= 0; i -= 1) {
    const fits =
      named[at(tree.trace.name, i)] === true &&
      durationOf(tree, i) >= filter.minUs &&
      (!filter.errorsOnly || isError(tree, i));
    if (fits) keep[i] = 1;
    const parent = at(tree.trace.parent, i);
    if (at(keep, i) === 1 && parent >= 0) keep[parent] = 1;
  }
  return keep;
}

/** The calls with the most time of their own. */
export function slowest(tree: TraceTree, count: number): number[] {
  return Array.from({ length: tree.count }, (_, i) => i)
    .sort((a, b) => at(tree.selfUs, b) - at(tree.selfUs, a))
    .slice(0, count);
}

/** Indexes come from the arrays themselves, which are all of one length. */
function at(numbers: ArrayLike<number>, index: number): number {
  return numbers[index] ?? 0;
}
