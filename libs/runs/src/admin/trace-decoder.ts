import {
  CALL_ERROR,
  CALL_HAS_ARGS,
  CALL_HAS_RESULT,
  CALL_OPEN,
  type CallValues,
  type Trace,
} from '@app/contracts';
import { isTrace, readTrace, type TracedCall, type TracePart } from '@app/lang';
import { readLines, type RecordedCall } from './trace-lines';

export interface TraceFacts {
  readonly state: Trace['state'];
  readonly dropped: number;
}

/** All calls as columns, without values. */
export function decodeTrace(parts: readonly TracePart[], facts: TraceFacts): Trace {
  const calls = readCalls(parts);
  const indexOfId = new Map(calls.map(({ id }, index) => [id, index]));
  const nameTable = tableOf<string>();
  const fileTable = tableOf<string>();
  return {
    state: facts.state,
    dropped: facts.dropped,
    // A caller that was not recorded (a line lost with the tail of a killed run) makes its callees roots.
    parent: calls.map(({ parent }) => indexOfId.get(parent) ?? -1),
    name: calls.map(({ name }) => nameTable.indexOf(name)),
    start_us: calls.map(({ startUs }) => startUs),
    duration_us: calls.map(({ durationUs }) => durationUs),
    flags: calls.map(({ flags }) => flags),
    file: calls.map(({ place }) => (place === null ? -1 : fileTable.indexOf(place.file))),
    line: calls.map(({ place }) => place?.line ?? 0),
    names: nameTable.values,
    files: fileTable.values,
    branches: calls.flatMap(({ branch }, call) => (branch === null ? [] : [{ call, label: branch }])),
  };
}

/** Values of one call, by its index in `decodeTrace`; undefined when there is no such call. */
export function decodeValues(parts: readonly TracePart[], index: number): CallValues | undefined {
  return readCalls(parts)[index]?.values();
}

function readCalls(parts: readonly TracePart[]): readonly RecordedCall[] {
  return isTrace(parts)
    ? readTrace(parts).map(recorded)
    : readLines(parts.filter((part) => typeof part === 'string'));
}

function recorded(call: TracedCall): RecordedCall {
  const { id, parent, name, place, startUs, durationUs, error, branch, hasArgs } = call;
  const end = durationUs === null ? CALL_OPEN : error === null ? CALL_HAS_RESULT : CALL_ERROR;
  return {
    id,
    parent,
    name,
    place,
    startUs,
    branch,
    durationUs: durationUs ?? 0,
    flags: end | (hasArgs ? CALL_HAS_ARGS : 0),
    values: () => ({ args: call.args, result: call.result, error }),
  };
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
