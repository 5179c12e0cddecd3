/** One run of a program in this process. */
import { runProgram, type LoadedProgram, type RunHost, type RunOutcome } from '@app/lang';

export type LocalRunType = 'run' | 'eval' | 'repl' | 'test';

export interface LocalRun {
  readonly type: LocalRunType;
  readonly fn: string;
  readonly args?: readonly unknown[];
  readonly projectName: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly host: RunHost;
}

export function runLocal(program: LoadedProgram, run: LocalRun): Promise<RunOutcome> {
  const infoJson = infoOf(run.type, run.projectName, run.env);
  return runProgram(program, { fn: run.fn, argsJson: JSON.stringify(run.args ?? []), infoJson }, run.host);
}

/** What `info()` tells a program that was started by hand. */
export function infoOf(
  type: LocalRunType,
  projectName: string,
  env: Readonly<Record<string, string | undefined>>,
): string {
  return JSON.stringify({
    run: { type, status: 'running', 'retry-attempt': 0, 'max-retries': 0, 'retry-delay': 0 },
    project: { name: projectName },
    env: { name: env['HOT_ENV'] ?? 'development' },
    environment: env,
  });
}
