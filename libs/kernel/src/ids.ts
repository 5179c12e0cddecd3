/**
 * UUIDv7: 48 bits of milliseconds, then 12 bits that this process counts up within one millisecond (so that ids made
 * in order sort in order), then 62 random bits. History tables are partitioned by these ids, so the time inside them
 * is data, not decoration.
 */
import { randomFillSync } from 'node:crypto';

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const COUNTER_LIMIT = 0x1000;
/** The counter starts below this, at random: ids of two processes must not collide in their first 74 bits. */
const COUNTER_START = 0x400;

// Random bytes are drawn in blocks: one call of the generator per id costs more than the rest of it.
const POOL_BYTES = 8192;
const pool = Buffer.allocUnsafe(POOL_BYTES);
let poolAt = POOL_BYTES;

let lastMs = 0;
let counter = 0;

/** A new id, greater than every id this process made before. */
export function newId(): string {
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    counter = randomBelow(COUNTER_START);
  } else {
    counter += 1;
    if (counter >= COUNTER_LIMIT) {
      // Clock standing still or set back: borrow from the future rather than repeat.
      lastMs += 1;
      counter = randomBelow(COUNTER_START);
    }
  }
  return format(lastMs, counter);
}

/** An id that says it was made at the given time: for imports, fixtures and back-dated rows. */
export function newIdAt(ms: number): string {
  return format(ms, randomBelow(COUNTER_LIMIT));
}

/** The smallest id of a millisecond: a time filter over ids is `id >= idFloor(from) AND id < idFloor(to)`. */
export function idFloor(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-0000-0000-000000000000`;
}

/** Milliseconds since the epoch inside a UUIDv7; null for other versions, which carry no such time. */
export function idTimeMs(id: string): number | null {
  return id[14] === '7' ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const BARE_UUID = /^[0-9a-f]{32}$/;

/** The canonical form of a UUID of any version, given with or without hyphens in any case; null when it is none. */
export function parseUuid(text: string): string | null {
  if (text.length !== 36 && text.length !== 32) return null;
  const lower = text.toLowerCase();
  if (UUID.test(lower)) return lower;
  if (!BARE_UUID.test(lower)) return null;
  return [
    lower.slice(0, 8),
    lower.slice(8, 12),
    lower.slice(12, 16),
    lower.slice(16, 20),
    lower.slice(20),
  ].join('-');
}

/** The 32-digit form used in tokens, file names and storage keys. */
export function bareUuid(id: string): string {
  return id.replaceAll('-', '');
}

function format(ms: number, count: number): string {
  const at = draw(8);
  const high = Math.floor(ms / 0x10000);
  const low = ms % 0x10000;
  const b = (index: number): string => HEX[pool[at + index] ?? 0] ?? '';
  return (
    `${hex2(high >>> 24)}${hex2(high >>> 16)}${hex2(high >>> 8)}${hex2(high)}-${hex2(low >>> 8)}${hex2(low)}` +
    `-${hex2(0x70 | (count >>> 8))}${hex2(count)}-${hex2(0x80 | ((pool[at] ?? 0) & 0x3f))}${b(1)}` +
    `-${b(2)}${b(3)}${b(4)}${b(5)}${b(6)}${b(7)}`
  );
}

function hex2(value: number): string {
  return HEX[value & 0xff] ?? '';
}

function randomBelow(limit: number): number {
  const at = draw(2);
  return (((pool[at] ?? 0) << 8) | (pool[at + 1] ?? 0)) % limit;
}

function draw(bytes: number): number {
  if (poolAt + bytes > POOL_BYTES) {
    randomFillSync(pool);
    poolAt = 0;
  }
  const at = poolAt;
  poolAt += bytes;
  return at;
}
