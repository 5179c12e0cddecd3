import { AppError } from '@app/kernel';

export class FileTooLargeError extends AppError {
  constructor(maxBytes: number) {
    super('payload_too_large', `A file may have at most ${maxBytes} bytes here`);
  }
}

export class StorageQuotaError extends AppError {
  constructor(maxBytes: number) {
    super(
      'storage_quota_exceeded',
      `The files of the organization may take at most ${maxBytes} bytes together, unfinished uploads included`,
    );
  }
}

/** The file is not what the writer believed it to be. */
export class FileChangedError extends AppError {
  constructor(path: string) {
    super('conflict', `${path} has been changed meanwhile`);
  }
}

export class TooManyPendingUploadsError extends AppError {
  constructor(reason: string) {
    super('upload_limit_exceeded', reason);
  }
}

export class UploadNotPendingError extends AppError {
  constructor() {
    super('upload_not_pending', 'The upload has been completed, has been aborted or has expired');
  }
}

export class UploadIncompleteError extends AppError {
  constructor(reason: string) {
    super('upload_incomplete', reason);
  }
}

export class PartTooLargeError extends AppError {
  constructor(maxBytes: number) {
    super('part_too_large', `This part may have at most ${maxBytes} bytes`);
  }
}

export class PartTooSmallError extends AppError {
  constructor(partNumber: number, minBytes: number) {
    super('part_too_small', `Part ${partNumber} is not the last and must have at least ${minBytes} bytes`);
  }
}
