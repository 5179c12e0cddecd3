/** How a run that was started by hand ended, for a person at a terminal. */
import { formatResult, type RunOutcome, type ValueFormat } from '@app/lang';
import type { Output } from '../commands/command';

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

interface Failure {
  readonly msg?: string;
  readonly err?: unknown;
  readonly at?: Place | null;
  readonly stack?: readonly (Partial<Place> & { readonly fn?: string })[];
}

/** A value that says nothing beyond its message is not shown twice. */
const saysMore = (err: unknown, msg: string): boolean =>
  err !== null &&
  err !== undefined &&
  err !== msg &&
  JSON.stringify(err) !== JSON.stringify({ message: msg });

/** @returns the exit code */
export function showOutcome(outcome: RunOutcome, format: ValueFormat, out: Output): number {
  if (outcome.status === 'succeeded') {
    out.print(formatResult(outcome.resultJson, format));
    return 0;
  }
  const failure = failureOf(outcome.resultJson);
  const what = outcome.status === 'cancelled' ? 'cancelled' : 'failed';
  out.note(`${what}: ${failure.msg ?? formatResult(outcome.resultJson, 'hot')}`);
  if (saysMore(failure.err, failure.msg ?? ''))
    out.note(indented(formatResult(JSON.stringify(failure.err), 'hot')));
  const stack = failure.stack ?? [];
  if (stack.length === 0 && failure.at) out.note(`  at ${placeText(failure.at)}`);
  for (const [line, times] of runsOf(stack.map(frameText))) {
    out.note(times === 1 ? `  at ${line}` : `  at ${line}, ${times} times`);
  }
  return 1;
}

function frameText({ fn: name, ...place }: NonNullable<Failure['stack']>[number]): string {
  return `${name ?? '?'}${place.line === undefined ? '' : ` (${placeText(place)})`}`;
}

/** Equal neighbours are one: recursion that went too deep fills the stack with one line. */
function runsOf(lines: readonly string[]): readonly (readonly [line: string, times: number])[] {
  const runs: [string, number][] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last?.[0] === line) last[1]++;
    else runs.push([line, 1]);
  }
  return runs;
}

const indented = (text: string): string => text.replace(/^/gm, '  ');

function failureOf(json: string): Failure {
  const { $val: value } = JSON.parse(json) as { readonly $val?: Failure };
  return value ?? {};
}

const placeText = ({ file, line, column }: Partial<Place>): string => `${file}:${line}:${column}`;
