/**
 * Tells writes that will never be taken from writes that something passing stands in the way of. A run whose end is
 * refused has to end otherwise; one whose database is away has to wait.
 */
import { UnavailableError } from '@app/kernel';
import { databaseErrorCode } from '@app/platform/database';

/** The database took what others wrote meanwhile, and not this. */
export class RefusedWriteError extends Error {
  constructor(cause: unknown) {
    super('The database refuses this while it takes the same of others', { cause });
  }
}

const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;
/**
 * Connections, states of transactions, sign-in, deadlocks, memory and disk, locks, shutdowns, the system, configuration. Not
 * the end of a statement by its time limit: whatever is too big for it stays too big.
 */
const PASSING = /^(?:08|25|28|40|53|55|57P|58|F0)/;
const OF_THE_ROW = /^(?:22|23|54)/;
/**
 * What JavaScript itself throws at a mistake of ours. Not a plain Error: clients of services throw it too, without a
 * code, when a connection ends.
 */
const MISTAKES = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'URIError']);
/** Plain Errors of Node. Its others are about connections and processes, which end. */
const TOO_LARGE = new Set(['ERR_STRING_TOO_LONG', 'ERR_BUFFER_TOO_LARGE']);
const MAX_TEXT = 300;

interface Failure {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly table?: unknown;
  readonly column?: unknown;
  readonly constraint?: unknown;
}

/** Whether a statement failed because of the rows it was given (data, integrity, limits of a value), not of the server. */
export function isRowsFault(error: unknown): boolean {
  return OF_THE_ROW.test(databaseErrorCode(error) ?? '');
}

/** Whether what the database said may be another thing the next time, however often it says so. */
export function isPassing(error: unknown): boolean {
  if (error instanceof UnavailableError) return true;
  const code = databaseErrorCode(error);
  return code === undefined || !SQLSTATE.test(code) || PASSING.test(code);
}

/**
 * Why something can't be done however often it is tried, in words that people may read: null when another try may
 * succeed. Nothing of the data is in it: what stands in quotes in messages of the database and of parsers is left out.
 */
export function refusalOf(error: unknown): string | null {
  const failure = asFailure(error);
  if (error instanceof RefusedWriteError) return textOf(asFailure(error.cause));
  if (isRowsFault(error)) return textOf(failure);
  if (TOO_LARGE.has(String(failure.code))) return textOf(failure);
  const isCoded = failure.code !== undefined && !String(failure.code).startsWith('ERR_');
  if (isCoded || error instanceof UnavailableError || !MISTAKES.has(String(failure.name))) return null;
  // What fetch and the like throw is a TypeError; why is in its cause.
  if (failure.cause !== undefined && refusalOf(failure.cause) === null) return null;
  return textOf(failure);
}

function textOf(failure: Failure): string {
  const message = String(failure.message ?? 'an unknown error')
    .replaceAll(/"[^"]*"?|'[^']*'|`[^`]*`/g, '…')
    .replaceAll(/\s+/g, ' ');
  const where = [failure.table, failure.column, failure.constraint]
    .filter((part) => typeof part === 'string')
    .join('.');
  const code = typeof failure.code === 'string' ? ` (${failure.code}${where && ` at ${where}`})` : '';
  return `${message.slice(0, MAX_TEXT)}${code}`;
}

// By shape, not by class: errors of Node itself are of another realm wherever code runs in a context of its own.
function asFailure(error: unknown): Failure {
  return typeof error === 'object' && error !== null ? error : { message: error };
}
