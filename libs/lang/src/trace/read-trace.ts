/**
 * Traces for those who look at them. A stored segment is text, lines of whoever wrote it, or of it and blocks
 * (format.ts) between the lines: what a run prints stands beside what it does.
 */
import { BLOCK, BLOCK_HEAD } from './format';
import { BlockReader } from './read-block';
import { isTextTrace, readTextTrace } from './read-text-trace';
import type { TracedCall } from './traced-call';

export type { TracedCall } from './traced-call';

/** Lines, or a block. */
export type TracePart = string | Uint8Array;

const LINE_FEED = 10;

/** Cuts a segment into its parts. @param text UTF-8 to text */
export function traceParts(segment: Uint8Array, text: (bytes: Uint8Array) => string): readonly TracePart[] {
  const parts: TracePart[] = [];
  let at = 0;
  while (at < segment.length) {
    const from = at;
    if (segment[at] === BLOCK) {
      const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
      const length = segment.length - at < BLOCK_HEAD ? 0 : view.getUint32(at + 1, true);
      at = Math.min(segment.length, at + BLOCK_HEAD + length);
      parts.push(segment.subarray(from, at));
    } else {
      while (at < segment.length && segment[at] !== BLOCK) {
        const end = segment.indexOf(LINE_FEED, at);
        at = end < 0 ? segment.length : end + 1;
      }
      parts.push(text(segment.subarray(from, at)));
    }
  }
  return parts;
}

/** Whether this is a trace of a version that `readTrace` reads. */
export function isTrace(parts: readonly TracePart[]): boolean {
  return parts.some((part) => typeof part !== 'string') || isTextTrace(linesOf(parts));
}

/** All calls in the order of their beginning. Whatever a killed run or a lost segment left half is left out. */
export function readTrace(parts: readonly TracePart[]): readonly TracedCall[] {
  const blocks = parts.filter((part) => typeof part !== 'string');
  const calls = blocks.length > 0 ? readBlocks(blocks) : readTextTrace(linesOf(parts));
  return [...calls.values()].sort((a, b) => a.id - b.id);
}

const linesOf = (parts: readonly TracePart[]): readonly string[] =>
  parts.filter((part) => typeof part === 'string');

function readBlocks(blocks: readonly Uint8Array[]): ReadonlyMap<number, TracedCall> {
  const reader = new BlockReader();
  for (const block of blocks) reader.read(block);
  return reader.calls;
}
