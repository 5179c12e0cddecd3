import type { ParseArgsOptionsConfig } from 'node:util';

/** Options of every command that works on a project. */
export const PROJECT_OPTIONS = {
  project: { type: 'string', short: 'p' },
  conf: { type: 'string', short: 'c', multiple: true },
  'src.path': { type: 'string', short: 's', multiple: true },
  'test.path': { type: 'string', short: 't', multiple: true },
  'resource.path': { type: 'string', short: 'r', multiple: true },
  'no-gitignore': { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig;

/** Options of commands that run code here. */
export const RUN_OPTIONS = {
  ...PROJECT_OPTIONS,
  ctx: { type: 'string', multiple: true },
  'value.format': { type: 'string' },
  quiet: { type: 'boolean', short: 'q' },
} as const satisfies ParseArgsOptionsConfig;
