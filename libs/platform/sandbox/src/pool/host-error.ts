import type { HostCallError } from '@app/lang';

const CODES = [
  'unavailable',
  'invalid',
  'not_found',
  'conflict',
  'denied',
  'quota',
  'timeout',
  'cancelled',
  'io',
] as const satisfies readonly HostCallError['code'][];

/** What a program is told of a call that failed. Errors that were not meant for it say nothing of their insides. */
export function hostErrorOf(error: unknown): HostCallError {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  const known = CODES.find((each) => each === code);
  if (known === undefined) return { code: 'io', message: 'the platform could not do it' };
  return { code: known, message: typeof message === 'string' ? message.slice(0, 4_096) : known };
}
