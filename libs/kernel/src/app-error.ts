import { ERROR_CODES, type ErrorCode, type ErrorKind } from './error-codes';

export interface AppErrorOptions extends ErrorOptions {
  /** Whole seconds, at least 1, after which another try makes sense. */
  readonly retryAfterSeconds?: number;
}

/**
 * A failure that a caller may see: the message is safe to show and says what happened, to which thing, what to do.
 * Anything that is not an AppError is answered with a generic text.
 */
export class AppError extends Error {
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: AppErrorOptions = {},
  ) {
    super(message, options);
    this.name = new.target.name;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get kind(): ErrorKind {
    return ERROR_CODES[this.code].kind;
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }
}

export class BadRequestError extends AppError {
  constructor(message: string, options?: ErrorOptions) {
    super('bad_request', message, options);
  }
}

/** One text for every cause: a caller must not learn which check failed. */
export class UnauthorizedError extends AppError {
  constructor() {
    super('unauthorized', 'Invalid or missing credential');
  }
}

export class ForbiddenError extends AppError {
  constructor(message: string) {
    super('forbidden', message);
  }
}

/** Things that answers call by name in "<Thing> not found". Command-line clients match some of these texts. */
export type NotFoundThing =
  | 'Project'
  | 'Build'
  | 'Deployed build'
  | 'Live build'
  | 'Context variable'
  | 'Event'
  | 'Run'
  | 'Task'
  | 'App'
  | 'Stream'
  | 'Session'
  | 'Service key'
  | 'Domain'
  | 'File'
  | 'Upload'
  | 'Blob'
  | 'Organization'
  | 'Environment'
  | 'Webhook endpoint'
  | 'Tool'
  | 'Schedule'
  | 'Agent'
  | 'Store'
  | 'API key'
  | 'User'
  | 'Route';

export class NotFoundError extends AppError {
  constructor(readonly thing: NotFoundThing) {
    super('not_found', `${thing} not found`);
  }
}

export class ConflictError extends AppError {
  constructor(message: string, options?: ErrorOptions) {
    super('conflict', message, options);
  }
}

/** The row that the work was done for is no longer ours: its worker lost its lease, or the run has been taken over. */
export class NotOurRunError extends Error {
  constructor() {
    super('The run belongs to another worker by now');
    this.name = 'NotOurRunError';
  }
}

export class UnavailableError extends AppError {
  constructor(message: string, options?: ErrorOptions) {
    super('service_unavailable', message, { ...options, retryAfterSeconds: 1 });
  }
}
