import type { ParseArgsOptionsConfig } from 'node:util';
import { UsageError } from '../usage-error';
import type { Flags } from './command';

/** Options of every command that works on a project. */
export const PROJECT_OPTIONS = {
  project: { type: 'string', short: 'p' },
} as const satisfies ParseArgsOptionsConfig;

/** Name of the project that is meant. Throws UsageError when none is given. */
export function projectName(flags: Flags, env: Readonly<Record<string, string | undefined>>): string {
  const name = flags.text('project') ?? env['HOT_PROJECT'];
  if (name === undefined || name === '')
    throw new UsageError('Say which project: -p NAME, or HOT_PROJECT=NAME');
  return name;
}
