import { UnavailableError } from '@app/kernel';

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
  '25006', // read only: a standby that has not taken over yet
  '3D000', // no such database: it is being restored
  '53100', // disk full
  '53200', // out of memory
  '53300', // too many connections
  '57P01', // administrator shutdown
  '57P02', // crash shutdown
  '57P03', // starting up
  '57P04', // database dropped
  '57P05', // ended for idleness
]);

// pg and its pool give these no code.
const UNREACHABLE_TEXT =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Cannot use a pool after)/;

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const UNIQUE_VIOLATION = '23505';

interface Failure {
  readonly code?: unknown;
  readonly constraint?: unknown;
  readonly message?: unknown;
  readonly driverError?: unknown;
  readonly errors?: readonly unknown[];
}

/** SQLSTATE, or the code of a network error; undefined when the error has none. */
export function databaseErrorCode(error: unknown): string | undefined {
  const failure = asFailure(error);
  if (typeof failure.code === 'string') return failure.code;
  // TypeORM wraps what the driver threw; refused connections on several addresses come as one AggregateError.
  if (failure.driverError !== undefined) return databaseErrorCode(failure.driverError);
  return Array.isArray(failure.errors) ? databaseErrorCode(failure.errors[0]) : undefined;
}

/** Whether the same transaction, run again, may well succeed. */
export function isRetryable(error: unknown): boolean {
  const code = databaseErrorCode(error);
  return code === SERIALIZATION_FAILURE || code === DEADLOCK;
}

/** Whether a row could not be written because the named constraint or unique index already holds such a row. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  return databaseErrorCode(error) === UNIQUE_VIOLATION && constraintOf(error) === constraint;
}

/** Turns "the database cannot be reached" into the failure that callers are told about; anything else stays as it is. */
export function translateDatabaseError(error: unknown): unknown {
  const code = databaseErrorCode(error);
  const unreachable =
    code === undefined ? UNREACHABLE_TEXT.test(String(asFailure(error).message)) : UNREACHABLE.has(code);
  return unreachable
    ? new UnavailableError('The database cannot be reached at the moment', { cause: error })
    : error;
}

function constraintOf(error: unknown): unknown {
  const failure = asFailure(error);
  return (
    failure.constraint ?? (failure.driverError === undefined ? undefined : constraintOf(failure.driverError))
  );
}

// By shape, not by class: errors of Node itself are of another realm wherever code runs in a context of its own.
function asFailure(error: unknown): Failure {
  return typeof error === 'object' && error !== null ? error : {};
}
