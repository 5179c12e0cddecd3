import { Refusal } from '@app/platform/calls';

/** Failures of the file system and of SQLite are answers too; anything else is a bug of ours and stays one. */
export function asRefusal(error: unknown): unknown {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  const isTold =
    error instanceof Refusal || typeof code !== 'string' || !/^(?:E[A-Z]+|ERR_SQLITE_ERROR)$/.test(code);
  return isTold
    ? error
    : new Refusal(code === 'ENOSPC' || code === 'EDQUOT' ? 'quota' : 'io', String(message));
}
