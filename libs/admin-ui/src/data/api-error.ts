/** What the server (or the way to it) answered instead of data. */
export class ApiError extends Error {
  constructor(
    /** HTTP status; 0 when there was no answer at all. */
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string | null = null,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message);
    this.name = 'ApiError';
  }

  get isOffline(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

export function isAbort(problem: unknown): boolean {
  return problem instanceof DOMException && problem.name === 'AbortError';
}

/** Everything that can be thrown while talking to the server, as one kind. */
export function toApiError(problem: unknown): ApiError {
  if (problem instanceof ApiError) return problem;
  return new ApiError(0, 'offline', 'The server cannot be reached.');
}
