/** Builds a server that behaves as our API contract says, for any list of modules. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { LoggerService, Type, DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppError } from '@app/kernel';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { newRequestId } from './answers';
import { installBodyParsing } from './body-parsing';
import { errorText, sendError } from './error-reply';
import { HttpErrorFilter } from './error.filter';
import { HotFastifyAdapter } from './hot-fastify-adapter';
import { httpConfig, type HttpConfig } from './http.config';
import { RouteTable } from './route-table';
import { SchemaPipe } from './schema.pipe';

export interface HttpApp {
  readonly app: NestFastifyApplication;
  readonly server: FastifyInstance;
  readonly routes: RouteTable;
}

export interface HttpAppOptions {
  readonly logger?: LoggerService | false;
  /** Headers that every answer of this server carries. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Longest path parameter: a file's path, percent-encoded. The router's own default of 100 would refuse names. */
const MAX_PARAM_LENGTH = 8192;

/**
 * Creates the application; nothing listens yet. Install authentication on it before `app.init()` or `app.listen()`:
 * routes that are registered afterwards carry its hooks.
 */
export async function createHttpApp(
  module: Type | DynamicModule,
  options: HttpAppOptions = {},
): Promise<HttpApp> {
  const routes = new RouteTable();
  const adapter = new HotFastifyAdapter({
    genReqId: newRequestId,
    requestIdHeader: false,
    logger: false,
    // Nothing here uses Express-style middleware, and the shim runs on every request.
    skipMiddie: true,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
      sendError(error, request, reply, routes),
    clientErrorHandler: refuseGarbage,
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    abortOnError: false,
    ...(options.logger === undefined ? {} : { logger: options.logger }),
  });
  const config = app.get<HttpConfig>(httpConfig.token);
  const server = adapter.getInstance();
  routes.watch(server);
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    for (const [name, value] of Object.entries(options.headers ?? {})) reply.header(name, value);
    done();
  });
  installBodyParsing(server, config);
  installCors(app, config);
  app.useGlobalPipes(new SchemaPipe());
  app.useGlobalFilters(new HttpErrorFilter(routes));
  return { app, server, routes };
}

function installCors(app: NestFastifyApplication, config: HttpConfig): void {
  if (config.corsOrigins.length === 0) return;
  app.enableCors({
    origin: [...config.corsOrigins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['X-Request-Id', 'Retry-After', 'X-Build-Exists', 'Content-Disposition'],
    credentials: false,
  });
}

/** Bytes that are no HTTP never become a request; the answer is written by hand. */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  const id = newRequestId();
  const body = errorText(new AppError('bad_request', 'The request is not valid HTTP'), id);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nX-Request-Id: ${id}\r\nConnection: close\r\n\r\n${body}`,
  );
}
