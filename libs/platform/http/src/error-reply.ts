import { Logger } from '@nestjs/common';
import { NotFoundError, type AppError } from '@app/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { newRequestId } from './answers';
import { toAppError } from './failures';
import { MethodNotAllowedError, type RouteTable } from './route-table';

const log = new Logger('Http');

/** The body of every error answer. */
export function errorText(error: AppError, requestId: string): string {
  return JSON.stringify({
    error: {
      code: error.code,
      message: error.message,
      request_id: requestId,
      ...(error.retryAfterSeconds === undefined ? {} : { retry_after: error.retryAfterSeconds }),
    },
  });
}

/** Answers a request that failed, wherever it failed. */
export function sendError(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  routes: RouteTable,
): void {
  const error = orWrongMethod(toAppError(thrown), request, routes);
  // A malformed URL fails before the request has got its id.
  const requestId = request.id === '' ? newRequestId() : request.id;
  report(error, thrown, request, requestId);
  if (reply.raw.headersSent || reply.sent) {
    // Part of an answer is out already; cutting the connection is the only way left to say that it is not whole.
    reply.raw.destroy();
    return;
  }
  reply
    .code(error.status)
    .header('x-request-id', requestId)
    .header('content-type', 'application/json; charset=utf-8');
  if (error instanceof MethodNotAllowedError) reply.header('allow', error.allow);
  if (error.status === 401) reply.header('www-authenticate', 'Bearer');
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds));
  void reply.send(errorText(error, requestId));
}

function orWrongMethod(error: AppError, request: FastifyRequest, routes: RouteTable): AppError {
  if (!(error instanceof NotFoundError) || error.thing !== 'Route') return error;
  const allow = routes.allowed(pathOf(request));
  return allow === undefined ? error : new MethodNotAllowedError(allow);
}

/** The path as received, without the query. */
export function pathOf(request: FastifyRequest): string {
  const url = request.raw.url ?? '';
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

function report(error: AppError, thrown: unknown, request: FastifyRequest, requestId: string): void {
  const facts = { requestId, method: request.method, route: request.routeOptions?.url, code: error.code };
  if (request.raw.destroyed && request.raw.readableAborted) {
    log.debug({ event: 'http.aborted', ...facts });
  } else if (error.kind === 'internal') {
    log.error({ event: 'http.failed', ...facts, error: describe(thrown) });
  } else if (error.kind === 'unavailable' || error.kind === 'limit') {
    log.warn({ event: 'http.refused', ...facts });
  } else {
    log.debug({ event: 'http.refused', ...facts });
  }
}

function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause =
    thrown.cause instanceof Error ? `\ncaused by ${thrown.cause.stack ?? thrown.cause.message}` : '';
  return (thrown.stack ?? thrown.message) + cause;
}
