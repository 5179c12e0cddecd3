import {
  CALL_ERROR,
  CALL_HAS_ARGS,
  CALL_HAS_RESULT,
  CALL_OPEN,
  type CallValues,
  type Trace,
} from '@app/contracts';

/**
 * Reads the lines that the runtime records: one JSON array per line, calls in order of their end. The heads are read
 * without the values behind them, which are most of the text; only the call that somebody asks for is parsed whole.
 *
 *   ["n", index, name]   ["s", site, file, line, column]
 *   ["b", id, parent, name, site, depth, startUs, args]                            a call that was open at a cut
 *   ["c", id, parent, name, site, depth, startUs, durationUs, args, result, error]
 */
const HEAD = /^\["([bc])",(\d+),(\d+),(\d+),(-?\d+),\d+,([\d.]+),/;
const DURATION = /^([\d.]+),/;

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

interface Lines {
  /** By id; a finished call replaces its own beginning. */
  readonly calls: readonly CallLine[];
  readonly names: ReadonlyMap<number, string>;
  readonly sites: ReadonlyMap<number, { readonly file: string; readonly line: number }>;
}

export interface TraceFacts {
  readonly state: Trace['state'];
  readonly dropped: number;
}

/** All calls as columns, without values. */
export function decodeTrace(segments: readonly string[], facts: TraceFacts): Trace {
  const { calls, names, sites } = readLines(segments);
  const indexOfId = new Map(calls.map(({ id }, index) => [id, index]));
  const nameTable = tableOf<string>();
  const fileTable = tableOf<string>();
  return {
    state: facts.state,
    dropped: facts.dropped,
    // A caller that was not recorded (a line lost with the tail of a killed run) makes its callees roots.
    parent: calls.map(({ parent }) => indexOfId.get(parent) ?? -1),
    name: calls.map(({ name }) => nameTable.indexOf(names.get(name) ?? '')),
    start_us: calls.map(({ startUs }) => startUs),
    duration_us: calls.map(({ durationUs }) => durationUs),
    flags: calls.map(({ flags }) => flags),
    file: calls.map(({ site }) => {
      const place = sites.get(site);
      return place === undefined ? -1 : fileTable.indexOf(place.file);
    }),
    line: calls.map(({ site }) => sites.get(site)?.line ?? 0),
    names: nameTable.values,
    files: fileTable.values,
    branches: [],
  };
}

/** Values of one call, by its index in `decodeTrace`; undefined when there is no such call. */
export function decodeValues(segments: readonly string[], index: number): CallValues | undefined {
  const call = readLines(segments).calls[index];
  if (call === undefined) return undefined;
  const fields = parse(call.text) ?? [];
  const text = (at: number): string | null => {
    const value = fields[at];
    return typeof value === 'string' ? value : null;
  };
  const open = (call.flags & CALL_OPEN) !== 0;
  return { args: text(open ? 7 : 8), result: open ? null : text(9), error: open ? null : text(10) };
}

function readLines(segments: readonly string[]): Lines {
  const calls = new Map<number, CallLine>();
  const names = new Map<number, string>();
  const sites = new Map<number, { file: string; line: number }>();
  for (const text of segments.flatMap((segment) => segment.split('\n'))) {
    const head = HEAD.exec(text);
    if (head !== null) {
      const call = callOf(head, text);
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
  return { calls: [...calls.values()].sort((a, b) => a.id - b.id), names, sites };
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

function tableOf<T>(): { readonly values: readonly T[]; indexOf(value: T): number } {
  const values: T[] = [];
  const known = new Map<T, number>();
  return {
    values,
    indexOf: (value) => {
      const index = known.get(value) ?? values.length;
      if (index === values.length) {
        values.push(value);
        known.set(value, index);
      }
      return index;
    },
  };
}
