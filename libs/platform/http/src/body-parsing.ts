/**
 * How bodies are read. JSON is checked to be UTF-8 and parsed, or handed over as text; what a route does not want is
 * read and dropped within the limit, so that the connection stays usable; streams are left alone whatever their type.
 */
import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { AppError, BadRequestError } from '@app/kernel';
import type { FastifyInstance } from 'fastify';
import type { HttpConfig } from './http.config';
import type { BodyMode } from './route-config';

const JSON_TYPE = /^application\/json(?:\s*;|\s*$)/i;

type ReadMode = Exclude<BodyMode, 'ignored' | 'stream'>;
type Done = (error: Error | null, body?: unknown) => void;

export function installBodyParsing(server: FastifyInstance, config: HttpConfig): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (request, payload, done) => {
    const mode = request.routeOptions.config.body ?? 'ignored';
    if (mode === 'stream') done(null, undefined);
    else if (mode === 'ignored') drop(payload, config.maxBodyBytes, done);
    else collect(payload, request.headers['content-length'], mode, config, done);
  });
  // Before a byte of the body is read, and after the credential was checked.
  server.addHook('preParsing', (request, _reply, payload, done) => {
    const mode = request.routeOptions.config.body;
    const wantsJson =
      mode === 'json' || mode === 'json-text' || (mode === 'json-optional' && hasBody(request.headers));
    if (wantsJson && !JSON_TYPE.test(request.headers['content-type'] ?? '')) {
      done(
        new AppError('unsupported_media_type', 'The body must be JSON with Content-Type: application/json'),
      );
    } else {
      done(null, payload);
    }
  });
}

function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function collect(
  payload: NodeJS.ReadableStream,
  declared: string | undefined,
  mode: ReadMode,
  { maxJsonBytes, maxBodyBytes }: Pick<HttpConfig, 'maxJsonBytes' | 'maxBodyBytes'>,
  done: Done,
): void {
  const tooLarge = (): void =>
    done(new AppError('payload_too_large', `A JSON body may have at most ${maxJsonBytes} bytes`));
  if (declared !== undefined && Number(declared) > maxBodyBytes) return tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  payload.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxJsonBytes) {
      chunks.push(chunk);
      return;
    }
    // Read on, within reason: the answer to an error closes the connection, and a client that still sends would meet a
    // broken pipe instead of it.
    chunks.length = 0;
    if (bytes > maxBodyBytes && bytes - chunk.length <= maxBodyBytes) tooLarge();
  });
  payload.on('end', () => {
    if (bytes > maxBodyBytes) return;
    if (bytes > maxJsonBytes) return tooLarge();
    try {
      done(null, read(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes), mode));
    } catch (error) {
      done(error as Error); // what `read` throws
    }
  });
  payload.on('error', (error: Error) => done(error));
}

function read(body: Buffer, mode: ReadMode): unknown {
  if (body.length === 0 && mode === 'json-optional') return undefined;
  if (body.length === 0) throw new BadRequestError('The body is empty; JSON is expected');
  if (!isUtf8(body)) throw new BadRequestError('The body is not valid UTF-8');
  const text = body.toString('utf8');
  if (mode === 'json-text') return text;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BadRequestError('The body is not valid JSON', { cause });
  }
}

function drop(payload: NodeJS.ReadableStream, limit: number, done: Done): void {
  let bytes = 0;
  payload.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > limit && bytes - chunk.length <= limit) {
      done(new AppError('payload_too_large', 'The request body is too large'));
    }
  });
  payload.on('end', () => {
    if (bytes <= limit) done(null, undefined);
  });
  payload.on('error', (error: Error) => done(error));
}
