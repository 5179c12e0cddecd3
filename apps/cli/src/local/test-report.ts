/** What `hot test` says while tests run, and at the end. */
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import type { Output } from '../commands/command';
import { effectText, type Effect } from './calls/effects';

const placeSchema = z.object({ file: z.string(), line: z.number(), column: z.number() });
type Place = z.infer<typeof placeSchema>;

export const testRecordSchema = z.object({
  /** `::ns/name` */
  name: z.string(),
  passed: z.boolean(),
  durationUs: z.number(),
  assertions: z.object({ passed: z.number(), failed: z.number() }),
  failures: z.array(z.string()),
  /** Where these stand, in the same order. */
  failedAt: z.array(placeSchema.nullable()),
  /** Why the test did not come to its end. */
  error: z.string().nullable(),
  errorAt: placeSchema.nullable(),
  /** What it wrote, its assertions' lines included. */
  output: z.string(),
});
export type TestRecord = z.infer<typeof testRecordSchema>;

interface ReportedTest extends TestRecord {
  /** What the test meant for others, who are not here. */
  readonly effects: readonly Effect[];
}

const NAME_WIDTH = 54;

export class TestReport {
  private readonly records: ReportedTest[] = [];
  private outside = '';

  constructor(
    private readonly out: Output,
    private readonly json: boolean,
    private readonly broken: ReadonlyMap<string, string>,
    /** `file:line` of tests by their name. */
    private readonly places: ReadonlyMap<string, string> = new Map(),
  ) {}

  begin(count: number): void {
    for (const text of this.broken.values()) this.out.note(`${text}\n`);
    if (this.json) return;
    this.out.print(`hot test runner\n\nrunning ${count} test${count === 1 ? '' : 's'}\n`);
  }

  /** Written outside of a captured test. */
  output(stream: 'out' | 'err', text: string): void {
    // With --json stdout belongs to the report.
    if (this.json && stream === 'out') this.outside += text;
    else this.out.write(stream, text);
  }

  add(given: TestRecord, effects: readonly Effect[]): void {
    const isColoured = this.out.isTerminal && !this.json;
    const output = isColoured ? given.output : stripVTControlCharacters(given.output);
    const record = { ...given, output, effects };
    this.records.push(record);
    if (this.json) return;
    const verdict = record.passed ? this.paint('32', 'ok') : this.paint('31', 'FAILED');
    this.out.print(`${record.name.padEnd(NAME_WIDTH)} ...   ${verdict}`);
  }

  /** @returns whether everything passed */
  end(durationMs: number, stopped: boolean): boolean {
    const failed = this.records.filter((record) => !record.passed);
    const passed = failed.length === 0 && this.broken.size === 0 && !stopped;
    if (this.json) this.out.print(JSON.stringify(this.document(durationMs, passed), null, 2));
    else this.summary(failed, durationMs);
    return passed;
  }

  private summary(failed: readonly ReportedTest[], durationMs: number): void {
    for (const record of failed) {
      const place = this.places.get(record.name);
      this.out.print(`\n${this.paint('31', record.name)}${place === undefined ? '' : `  ${place}`}`);
      this.printOutput(record);
      for (const effect of record.effects) this.out.print(`    ${effectText(effect)}`);
      if (record.error !== null)
        this.out.print(
          `    ${this.paint('31', '✗')} Test execution error: ${record.error}${shownPlace(record.errorAt)}`,
        );
    }
    const total = this.totals();
    const files = this.broken.size;
    const parts = [
      `${total.tests.passed} passed`,
      ...(total.tests.failed > 0 ? [this.paint('31', `${total.tests.failed} failed`)] : []),
      ...(files > 0 ? [this.paint('31', `${files} file${files === 1 ? '' : 's'} not compiled`)] : []),
    ];
    const assertions = `${total.assertions.passed} of ${total.assertions.passed + total.assertions.failed} assertions`;
    this.out.print(`\n${parts.join(', ')}; ${assertions}; ${(durationMs / 1_000).toFixed(2)} s`);
    for (const file of this.broken.keys()) this.out.print(`  ${file} does not compile`);
  }

  /** What the test wrote. The lines of assertions that failed say where they stand. */
  private printOutput({ output, failures, failedAt }: ReportedTest): void {
    let rest = output;
    for (const [index, text] of failures.entries()) {
      const place = shownPlace(failedAt[index] ?? null);
      const end = endOfLine(rest, text);
      if (end === null) {
        // It was not captured, and stands above.
        this.out.print(`    ${this.paint('31', '✗')} ${text}${place}`);
      } else {
        this.out.print(rest.slice(0, end) + place);
        rest = rest.slice(end + 1);
      }
    }
    if (rest.trimEnd() !== '') this.out.print(rest.trimEnd());
  }

  private totals(): {
    readonly tests: { readonly passed: number; readonly failed: number };
    readonly assertions: { readonly passed: number; readonly failed: number };
  } {
    const sum = (of: (record: TestRecord) => number): number =>
      this.records.reduce((total, record) => total + of(record), 0);
    return {
      tests: { passed: sum((r) => Number(r.passed)), failed: sum((r) => Number(!r.passed)) },
      assertions: { passed: sum((r) => r.assertions.passed), failed: sum((r) => r.assertions.failed) },
    };
  }

  private document(durationMs: number, passed: boolean): Readonly<Record<string, unknown>> {
    return {
      passed,
      ...this.totals(),
      durationMs: Math.round(durationMs),
      notCompiled: [...this.broken].map(([file, message]) => ({ file, message })),
      results: this.records.map((record) => ({
        ...record,
        effects: record.effects.map((effect) => ({ ...effect, data: JSON.parse(effect.data) as unknown })),
      })),
      output: this.outside,
    };
  }

  private paint(code: string, text: string): string {
    return this.out.isTerminal ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}

function shownPlace(place: Place | null): string {
  return place === null ? '' : `  ${place.file}:${place.line}:${place.column}`;
}

/** Where the line of an assertion ends that failed with the text; null when there is none. */
function endOfLine(output: string, text: string): number | null {
  for (const mark of ['✗ ', '✗\u001b[0m ']) {
    const at = output.indexOf(`${mark}${text}\n`);
    if (at >= 0) return at + mark.length + text.length;
  }
  return null;
}
