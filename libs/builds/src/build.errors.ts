import { AppError, BadRequestError, ConflictError } from '@app/kernel';

export class HashMismatchError extends BadRequestError {
  constructor(contentSha256: string, bundleHash: string | null) {
    const own = bundleHash === null ? '' : ` or the bundle's own hash ${bundleHash.slice(0, 12)}…`;
    super(`hash does not match the received file: expected its SHA-256 ${contentSha256.slice(0, 12)}…${own}`);
  }
}

export class BuildIdTakenError extends ConflictError {
  constructor() {
    super('build_id belongs to a build of another project');
  }
}

/** The archive can never be deployed, or not on this platform. */
export class UndeployableError extends BadRequestError {
  constructor(reason: string) {
    super(`This build can't be deployed: ${reason}`);
  }
}

export class ArchiveTooLargeError extends AppError {
  constructor(maxBytes: number) {
    super('payload_too_large', `A build's archive may have at most ${maxBytes} bytes`);
  }
}

export class TooManyUploadsError extends AppError {
  constructor() {
    super('rate_limit_exceeded', 'Too many uploads at the same time. Retry after 1 second.', {
      retryAfterSeconds: 1,
    });
  }
}
