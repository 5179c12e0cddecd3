/** Runs a small Hot program in this process: configuration files. What it reaches is the environment and nothing else. */
import { randomBytes } from 'node:crypto';
import {
  compileProject,
  loadProgram,
  renderPretty,
  runProgram,
  type ProgramSource,
  type RunHost,
} from '@app/lang';
import { CommandError } from '../usage-error';

/** The function's result as plain data. Throws CommandError that shows what is wrong and where. */
export async function evaluate(
  sources: readonly ProgramSource[],
  fn: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<unknown> {
  const { program, diagnostics, artifact } = compileProject(sources);
  const errors = diagnostics.filter((each) => each.severity === 'error');
  if (errors.length > 0 || artifact === null) {
    throw new CommandError(errors.map((each) => renderPretty(program.files, each)).join('\n'));
  }
  const infoJson = JSON.stringify({ environment: env });
  const outcome = await runProgram(loadProgram(artifact), { fn, infoJson }, HOST);
  if (outcome.status !== 'succeeded') throw new CommandError(`hot.hot: ${messageOf(outcome.resultJson)}`);
  return JSON.parse(outcome.resultJson);
}

/** A configuration reaches nothing outside but its environment, which comes with the run. */
const HOST: RunHost = {
  call: (name) => {
    const refusal = { code: 'unavailable', message: `${name} is not available in hot.hot` };
    return Promise.reject(Object.assign(new Error(refusal.message), refusal));
  },
  post: () => undefined,
  nowUs: () => Math.round(performance.now() * 1_000),
  epochMs: () => Date.now(),
  randomBytes: (length) => randomBytes(length),
};

function messageOf(resultJson: string): string {
  const { $val: value } = JSON.parse(resultJson) as { $val?: { msg?: string } };
  return value?.msg ?? resultJson;
}
