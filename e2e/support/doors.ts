/** Public addresses: raw requests with bytes as they are, and where webhooks are. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { Platform } from './platform';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  readonly body: unknown;
}

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal;
}

/** One request without anything that a client library would add or refuse. */
export function ask(base: string, path: string, options: RawRequest = {}): Promise<RawAnswer> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        hostname,
        port,
        path,
        method: options.method ?? 'POST',
        headers: options.headers as Record<string, string> | undefined,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const text = bytes.toString();
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            bytes,
            text,
            body: parsed(text),
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(options.body);
  });
}

/** An answer that does not end, as it came so far. */
export interface OpenAnswer {
  readonly text: () => string;
  /** Whether the other side has ended it. */
  readonly ended: () => boolean;
  readonly close: () => void;
}

/** Throws for every other status than 200. */
export async function openAnswer(
  base: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<OpenAnswer> {
  const abort = new AbortController();
  const response = await fetch(base + path, { headers, signal: abort.signal });
  if (response.status !== 200)
    throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  let text = '';
  let ended = false;
  const decoder = new TextDecoder();
  void (async () => {
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
    ended = true;
  })().catch(() => undefined); // closed by the test
  return { text: () => text, ended: () => ended, close: () => abort.abort() };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** Addresses of the local environment by method and place, as `POST shop/mirror`. */
export async function addressesOf(platform: Platform): Promise<Readonly<Record<string, string>>> {
  const rows = await platform.query<{ webhook_id: string; method: string; service: string; path: string }>(
    'SELECT webhook_id, method, service, path FROM hot.webhook WHERE build_id IS NOT NULL',
  );
  return Object.fromEntries(
    rows.map(({ webhook_id: id, method, service, path }) => [
      `${method} ${service}${path}`,
      `/webhook/local/development/${service}${path === '/' ? '' : path}/${id.slice(-12)}`,
    ]),
  );
}
