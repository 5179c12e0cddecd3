/** The tests that Hot files declare, found in their text, and what running them gave. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { testCommand } from '../commands/test.command';
import type { Workspace } from './workspace';

export interface DeclaredTests {
  /** Below the folder of tests. */
  readonly file: string;
  /** Full names, in the order of the text. */
  readonly names: readonly string[];
}

/** Read independently of the compiler, so that a test which silently is none is noticed. */
export function declaredTests(folder: string): readonly DeclaredTests[] {
  return hotFiles(folder).map((file) => ({ file, names: namesIn(readFileSync(join(folder, file), 'utf8')) }));
}

/** All Hot files below, sorted. */
export function hotFiles(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return entries.filter((entry) => entry.endsWith('.hot')).sort();
}

const DECLARATION =
  /^(?<ns>::[\w:$-]+) ns\b|^(?<name>[\p{L}_$][\p{L}\p{N}_$-]*)\s+meta (?:\["test"[\],]|"test"|\{test: true)/gmu;

function namesIn(text: string): readonly string[] {
  let namespace = '::hot::main';
  const names: string[] = [];
  for (const { groups } of text.matchAll(DECLARATION)) {
    if (groups?.['ns'] !== undefined) namespace = groups['ns'];
    else names.push(`${namespace}/${groups?.['name']}`);
  }
  return names;
}

const reportSchema = z.object({
  notCompiled: z.array(z.object({ file: z.string(), message: z.string() })),
  results: z.array(
    z.object({
      name: z.string(),
      passed: z.boolean(),
      assertions: z.object({ passed: z.number() }),
      failures: z.array(z.string()),
      error: z.string().nullable(),
      output: z.string(),
    }),
  ),
});
export type HotTestResult = z.infer<typeof reportSchema>['results'][number];

/** Runs `hot test` over the project in the folder. @throws when a file does not compile */
export async function runHotTests(place: Workspace): Promise<readonly HotTestResult[]> {
  const code = await place.call(testCommand, '--json');
  if (code !== 0 && code !== 1) throw new Error(`hot test: ${code} ${place.err}`);
  const report = reportSchema.parse(JSON.parse(place.out));
  if (report.notCompiled.length > 0)
    throw new Error(report.notCompiled.map(({ message }) => message).join('\n\n'));
  return report.results;
}

/** What is wrong with the result; empty when nothing is. */
export function complaint(result: HotTestResult | undefined): string {
  if (result === undefined) return 'it did not run';
  if (result.passed && result.assertions.passed > 0) return '';
  const failed = [...result.failures, ...(result.error === null ? [] : [result.error])];
  return failed.length > 0 ? failed.join('\n') : `nothing was asserted\n${result.output}`;
}
