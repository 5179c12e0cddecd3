import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { errorText, pathOf, type HttpApp } from '@app/platform/http';
import { NotFoundError } from '@app/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AssetStore, type Asset } from './asset-store';
import { contentSecurityPolicy } from './security-headers';

export interface SpaOptions {
  readonly folder: string;
  /** Paths that belong to the API: unknown ones are answered as JSON, never with the app's page. */
  readonly apiPrefix: string;
  /** Where the bare address leads. */
  readonly home: string;
}

const INDEX = '/index.html';
// In the built index: <app-root ngCspNonce="…">, in lower case, as HTML is written back. Replaced in every answer by a
// fresh one.
const NONCE_ATTRIBUTE = /ngCspNonce="[^"]*"/i;
const FOR_EVER = 'public, max-age=31536000, immutable';

/** Serves the built app: its files, and its page for every other address that no route takes. */
export async function installSpa({ server }: HttpApp, options: SpaOptions): Promise<void> {
  const log = new Logger('Spa');
  const store = new AssetStore(options.folder);
  await store.refresh();
  if (store.size === 0) log.warn({ event: 'spa.not_built', folder: options.folder });
  const compress = (): void => {
    store
      .compress()
      .catch((error: unknown) => log.warn({ event: 'spa.compress_failed', error: String(error) }));
  };
  compress();

  // A hook instead of a wildcard route: a wildcard would swallow "method not allowed" of the routes.
  server.addHook('onRequest', async (request, reply) => {
    const path = pathOf(request);
    if (!request.is404 || !isRead(request) || path.startsWith(options.apiPrefix)) return;
    if (path === '/') return reply.redirect(options.home, 302);
    const file = store.get(safelyDecoded(path));
    if (file !== undefined && file.path !== INDEX) return sendFile(request, reply, file);
    if (AssetStore.looksLikeFile(path) && path !== INDEX) return sendMissing(request, reply);
    const before = store.get(INDEX);
    await store.refresh();
    const index = store.get(INDEX);
    if (index !== before) compress();
    return index === undefined ? sendNotBuilt(reply) : sendPage(request, reply, index);
  });
}

function sendPage(request: FastifyRequest, reply: FastifyReply, index: Asset): FastifyReply {
  const html = index.plain.toString('utf8');
  const nonce = NONCE_ATTRIBUTE.test(html) ? randomBytes(16).toString('base64') : undefined;
  reply
    .code(200)
    .header('content-security-policy', contentSecurityPolicy(nonce))
    .header('cache-control', 'no-cache')
    .type(index.type);
  // With a nonce every answer differs, so there is nothing to compare and nothing compressed beforehand.
  if (nonce !== undefined) {
    return reply.send(html.replace(NONCE_ATTRIBUTE, `ngCspNonce="${nonce}"`));
  }
  return sendBody(request, reply, index);
}

function sendFile(request: FastifyRequest, reply: FastifyReply, asset: Asset): FastifyReply {
  reply
    .code(200)
    .header('cache-control', asset.immutable ? FOR_EVER : 'no-cache')
    .type(asset.type);
  if (asset.type.startsWith('image/svg')) {
    // Opened as a page of its own, a picture may not run anything.
    reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
  }
  return sendBody(request, reply, asset);
}

function sendBody(request: FastifyRequest, reply: FastifyReply, asset: Asset): FastifyReply {
  reply.header('etag', asset.etag).header('vary', 'accept-encoding');
  if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send();
  const accepted = request.headers['accept-encoding'] ?? '';
  if (asset.brotli !== undefined && accepts(accepted, 'br')) {
    return reply.header('content-encoding', 'br').send(asset.brotli);
  }
  if (asset.gzip !== undefined && accepts(accepted, 'gzip')) {
    return reply.header('content-encoding', 'gzip').send(asset.gzip);
  }
  return reply.send(asset.plain);
}

const sendMissing = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  reply
    .code(404)
    .type('application/json; charset=utf-8')
    .send(errorText(new NotFoundError('Route'), request.id));

const sendNotBuilt = (reply: FastifyReply): FastifyReply =>
  reply
    .code(503)
    .header('retry-after', '5')
    .type('text/plain; charset=utf-8')
    .send('The app has not been built yet. `npm start` builds it.\n');

const isRead = (request: FastifyRequest): boolean => request.method === 'GET' || request.method === 'HEAD';

/** Whether an Accept-Encoding header takes a coding. A weight of zero means no. */
function accepts(header: string | readonly string[], coding: string): boolean {
  return String(header)
    .split(',')
    .some((part) => {
      const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
      return name === coding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    });
}

function safelyDecoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // broken escapes name no file
  }
}
