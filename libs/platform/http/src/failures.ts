/** Turns whatever was thrown into an AppError: the one place where that is decided. */
import { HttpException } from '@nestjs/common';
import { AppError, BadRequestError, NotFoundError, UnauthorizedError, type ErrorCode } from '@app/kernel';
import { translateDatabaseError } from '@app/platform/database';

/** Codes of Fastify and its multipart plugin → what the client did. */
const FASTIFY_CODES: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'The content type is not supported here'],
  FST_INVALID_MULTIPART_CONTENT_TYPE: ['unsupported_media_type', 'The request must be multipart/form-data'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['payload_too_large', 'The request body is too large'],
  FST_REQ_FILE_TOO_LARGE: ['payload_too_large', 'The file is too large'],
  FST_PARTS_LIMIT: ['bad_request', 'The multipart body has too many parts'],
  FST_FILES_LIMIT: ['bad_request', 'The multipart body has too many files'],
  FST_FIELDS_LIMIT: ['bad_request', 'The multipart body has too many fields'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['bad_request', 'The body is empty; JSON is expected'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['bad_request', 'The body is shorter or longer than announced'],
  FST_ERR_BAD_URL: ['bad_request', 'The path is not a valid URL'],
  FST_ERR_MAX_PARAM_LENGTH: ['bad_request', 'A part of the path is too long'],
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: ['unsupported_media_type', 'A content type is needed'],
};

const STATUS_CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'bad_request',
  403: 'forbidden',
  405: 'method_not_allowed',
  409: 'conflict',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  429: 'rate_limit_exceeded',
  503: 'service_unavailable',
};

export function toAppError(thrown: unknown): AppError {
  const error = translateDatabaseError(thrown);
  if (error instanceof AppError) return error;
  if (error instanceof HttpException) return fromNest(error);
  const { code, statusCode } = shapeOf(error);
  const known = typeof code === 'string' ? FASTIFY_CODES[code] : undefined;
  if (known !== undefined) return new AppError(known[0], known[1], { cause: error });
  // Other complaints of Fastify about a request: their texts may quote the input, ours don't.
  if (typeof code === 'string' && code.startsWith('FST_') && statusCode === 400) {
    return new BadRequestError('The request is malformed', { cause: error });
  }
  return new AppError('internal_server_error', 'Something went wrong on our side', { cause: error });
}

function fromNest(error: HttpException): AppError {
  const status = error.getStatus();
  if (status === 401) return new UnauthorizedError();
  if (status === 404) return new NotFoundError('Route');
  const code = STATUS_CODES[status];
  return code === undefined
    ? new AppError('internal_server_error', 'Something went wrong on our side', { cause: error })
    : new AppError(code, error.message, { cause: error });
}

function shapeOf(error: unknown): { readonly code?: unknown; readonly statusCode?: unknown } {
  return typeof error === 'object' && error !== null ? error : {};
}
