/** One run of a program in this process. */
import { runProgram, type LoadedProgram, type RunOutcome } from '@app/lang';
import type { LocalHost } from './local-host';

export type LocalRunType = 'run' | 'eval' | 'repl' | 'test';

export interface LocalRun {
  readonly type: LocalRunType;
  readonly fn: string;
  readonly args?: readonly unknown[];
  readonly projectName: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly host: LocalHost;
}

export async function runLocal(program: LoadedProgram, run: LocalRun): Promise<RunOutcome> {
  const infoJson = infoOf(run.type, run.projectName, run.env);
  try {
    const request = { fn: run.fn, argsJson: JSON.stringify(run.args ?? []), infoJson };
    return await runProgram(program, request, run.host);
  } finally {
    await run.host.close();
  }
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
