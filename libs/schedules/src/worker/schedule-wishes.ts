/** Values of programs, as the events carry them, in the plain. */
import { parseUuid } from '@app/kernel';
import type { ScheduleChoice } from '@app/schedules';

const FUNCTION = /^(::[\w:-]+)\/([\w.-]+)$/;

/** Without the types that values carry along. */
export function plainOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainOf);
  if (typeof value !== 'object' || value === null) return value;
  if ('$type' in value && '$val' in value) return plainOf(value.$val);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainOf(inner)]));
}

/** A name, or a reference to a function; a sentence when it is neither. */
export function readTarget(fn: unknown): { readonly ns: string; readonly var: string } | string {
  const name = typeof fn === 'object' && fn !== null && 'name' in fn ? fn.name : fn;
  const [, ns, short] = FUNCTION.exec(typeof name === 'string' ? name : '') ?? [];
  if (ns === undefined || short === undefined) {
    return `Invalid function name format '${typeof name === 'string' ? name : JSON.stringify(fn ?? null)}', expected ::namespace/function`;
  }
  return { ns, var: short };
}

/** An expression, or an instant as text. */
export function whenOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || !('epochNanoseconds' in value)) return null;
  const ms = Number(value.epochNanoseconds) / 1e6;
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? new Date(ms).toISOString() : null;
}

/** An id as text, from whatever has one: a text, what `send` answered, or a part of that. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return null;
  const map = value as Readonly<Record<string, unknown>>;
  for (const key of ['schedule', 'event', 'schedule-id', 'id']) {
    const inner = textOf(map[key]);
    if (inner !== null) return inner;
  }
  return null;
}

/** Ours are UUIDs; any other text is a name that somebody gave a schedule. */
export function scheduleChoice(text: string): ScheduleChoice {
  const scheduleId = parseUuid(text);
  return scheduleId === null ? { clientKey: text } : { scheduleId };
}
