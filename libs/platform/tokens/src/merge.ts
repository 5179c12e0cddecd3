/**
 * Byte pair encoding of one piece: of all neighbours that make a token the pair of the lowest rank becomes one, the
 * leftmost first, until none is left. With a heap, so that a piece of a megabyte (one word without a blank) takes a
 * third of a second: looking through all pairs for each, which does for words, takes minutes.
 */
import type { RankTable } from './rank-table';

const NONE = -1;
const STEPS = 1024;
/** Pieces up to here share their room and are done in one step. */
export const SHORT_PIECE = 512;
/** Rank and place in one number, which sorts by both. Exact below 2^53; ranks stay below 2^18. */
const PLACES = 2 ** 32;

class Room {
  /** Of the part that begins at a byte: where it ends, and where the part before it begins. */
  readonly next: Int32Array;
  readonly before: Int32Array;
  /** What it makes together with the part behind it. */
  readonly rank: Int32Array;
  readonly heap: Float64Array;

  constructor(bytes: number) {
    this.next = new Int32Array(bytes);
    this.before = new Int32Array(bytes);
    this.rank = new Int32Array(bytes);
    // At first one entry for each pair; each merge takes one and adds at most two.
    this.heap = new Float64Array(2 * bytes);
  }
}

const shared = new Room(SHORT_PIECE);

/** @param piece its bytes, one character each @returns how many tokens it becomes; steps are a fraction of a millisecond */
export function* mergePiece(piece: string, { ranks, longest }: RankTable): Generator<undefined, number> {
  const size = piece.length;
  const { next, before, rank, heap } = size <= SHORT_PIECE ? shared : new Room(size);
  let queued = 0;
  let parts = size;

  const add = (at: number): void => {
    const middle = next[at] ?? size;
    const end = middle < size ? (next[middle] ?? size) : size + longest;
    const found = end - at > longest ? undefined : ranks.get(piece.slice(at, end));
    rank[at] = found ?? NONE;
    if (found !== undefined) queued = push(heap, queued, found * PLACES + at);
  };

  for (let at = 0; at < size; at++) {
    next[at] = at + 1;
    before[at] = at - 1;
    if (at % STEPS === STEPS - 1 && size > SHORT_PIECE) yield;
  }
  for (let at = 0; at < size; at++) {
    add(at);
    if (at % STEPS === STEPS - 1 && size > SHORT_PIECE) yield;
  }
  for (let step = 1; queued > 0; step++) {
    if (step % STEPS === 0 && size > SHORT_PIECE) yield;
    const lowest = heap[0] ?? 0;
    queued = pop(heap, queued);
    const at = lowest % PLACES;
    // The pair may have become part of another since.
    if (rank[at] !== Math.floor(lowest / PLACES)) continue;
    const middle = next[at] ?? size;
    const end = next[middle] ?? size;
    rank[middle] = NONE;
    next[at] = end;
    if (end < size) before[end] = at;
    parts--;
    add(at);
    const left = before[at] ?? NONE;
    if (left !== NONE) add(left);
  }
  return parts;
}

function push(heap: Float64Array, size: number, value: number): number {
  let at = size;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] ?? 0;
    if (above <= value) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = value;
  return size + 1;
}

/** Without the lowest. */
function pop(heap: Float64Array, size: number): number {
  const rest = size - 1;
  const value = heap[rest] ?? 0;
  let at = 0;
  for (let child = 1; child < rest; child = 2 * at + 1) {
    if (child + 1 < rest && (heap[child + 1] ?? 0) < (heap[child] ?? 0)) child++;
    const below = heap[child] ?? 0;
    if (below >= value) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = value;
  return rest;
}
