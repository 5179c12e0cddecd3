/**
 * Reads traces as runtimes recorded them up to version 1: one JSON array per line, calls in order of their end. The
 * heads are read without the values behind them, which are most of the text; only the call that somebody asks for is
 * parsed whole.
 *
 *   ["n", index, name]   ["s", site, file, line, column]
 *   ["b", id, parent, name, site, depth, startUs, args]                            a call that was open at a cut
 *   ["c", id, parent, name, site, depth, startUs, durationUs, args, result, error]
 */
import { CALL_ERROR, CALL_HAS_ARGS, CALL_HAS_RESULT, CALL_OPEN, type CallValues } from '@app/contracts';

const HEAD = /^\["([bc])",(\d+),(\d+),(\d+),(-?\d+),\d+,([\d.]+),/;
const DURATION = /^([\d.]+),/;

/** A call of a trace, of whatever version. */
export interface RecordedCall {
  readonly id: number;
  /** 0: none. */
  readonly parent: number;
  readonly name: string;
  readonly place: { readonly file: string; readonly line: number } | null;
  readonly startUs: number;
  readonly durationUs: number;
  readonly flags: number;
  readonly branch: string | null;
  readonly values: () => CallValues;
}

interface CallLine {
  readonly id: number;
  readonly parent: number;
  readonly name: number;
  readonly site: number;
  readonly startUs: number;
  readonly durationUs: number;
  readonly flags: number;
  readonly text: string;
}

export function readLines(segments: readonly string[]): readonly RecordedCall[] {
  const calls = new Map<number, CallLine>();
  const names = new Map<number, string>();
  const sites = new Map<number, { file: string; line: number }>();
  for (const text of segments.flatMap((segment) => segment.split('\n'))) {
    const head = HEAD.exec(text);
    if (head !== null) {
      const call = callOf(head, text);
      // A finished call replaces its own beginning.
      if (call !== undefined && (head[1] === 'c' || !calls.has(call.id))) calls.set(call.id, call);
      continue;
    }
    const fields = parse(text);
    if (fields === undefined) continue;
    const [kind, index, first, second] = fields;
    if (typeof index !== 'number' || typeof first !== 'string') continue;
    if (kind === 'n') names.set(index, first);
    if (kind === 's' && typeof second === 'number') sites.set(index, { file: first, line: second });
  }
  const list = [...calls.values()].sort((a, b) => a.id - b.id);
  return list.map((call) => ({
    ...call,
    name: names.get(call.name) ?? '',
    place: sites.get(call.site) ?? null,
    branch: null,
    values: () => valuesOf(call),
  }));
}

function valuesOf(call: CallLine): CallValues {
  const fields = parse(call.text) ?? [];
  const text = (at: number): string | null => {
    const value = fields[at];
    return typeof value === 'string' ? value : null;
  };
  const open = (call.flags & CALL_OPEN) !== 0;
  return { args: text(open ? 7 : 8), result: open ? null : text(9), error: open ? null : text(10) };
}

function callOf(head: RegExpExecArray, text: string): CallLine | undefined {
  // The end of a killed run may be half a line.
  if (!text.endsWith(']')) return undefined;
  const [all, kind, id, parent, name, site, start] = head;
  const common = {
    id: Number(id),
    parent: Number(parent),
    name: Number(name),
    site: Number(site),
    startUs: Math.round(Number(start)),
    text,
  };
  if (kind === 'b') return { ...common, durationUs: 0, flags: CALL_OPEN | CALL_HAS_ARGS };
  const duration = DURATION.exec(text.slice(all.length, all.length + 24));
  if (duration === null) return undefined;
  // An error is a JSON text, that is a string, and then there is no result.
  const flags = CALL_HAS_ARGS | (text.endsWith(',null]') ? CALL_HAS_RESULT : CALL_ERROR);
  return { ...common, durationUs: Math.round(Number(duration[1])), flags };
}

function parse(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    // Half a line at the end of a killed run, or the empty one after the last.
    return undefined;
  }
}
