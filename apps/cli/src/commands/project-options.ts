import type { ParseArgsOptionsConfig } from 'node:util';

/** Options of every command that works on a project. */
export const PROJECT_OPTIONS = {
  project: { type: 'string', short: 'p' },
  conf: { type: 'string', short: 'c', multiple: true },
  'src.path': { type: 'string', short: 's', multiple: true },
  'resource.path': { type: 'string', short: 'r', multiple: true },
  'no-gitignore': { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig;
