/** Code in a folder, evaluated as `hot eval` does, and what came of it. */
import { evalCommand } from '../commands/run.command';
import type { Workspace } from './workspace';

/** The value as JSON has it; fails the test when the code fails. */
export async function valueOf(place: Workspace, code: string): Promise<unknown> {
  place.out = '';
  const exit = await place.call(evalCommand, code, '--value.format', 'json');
  if (exit !== 0) throw new Error(`${exit}: ${place.err}`);
  return JSON.parse(place.out);
}

/** The text of the Err that the code gives. */
export async function errorOf(place: Workspace, code: string): Promise<string> {
  return String(await valueOf(place, `err-message(${code})`));
}
