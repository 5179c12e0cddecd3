/**
 * A server that speaks as much of the protocol of S3 as the store needs, in memory. It refuses what compatible servers
 * refuse: unsigned requests, bodies in Amazon's own chunked framing, bodies without a length, parts out of order.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

interface Upload {
  readonly key: string;
  readonly parts: Map<number, Buffer>;
  initiated: Date;
}

export class S3StandIn {
  readonly objects = new Map<string, Buffer>();
  readonly uploads = new Map<string, Upload>();
  /** Requests that it refuses. */
  failing: (request: { readonly method: string; readonly query: URLSearchParams }) => boolean = () => false;
  /** Requests that it asks to be sent again. */
  overloaded: (request: { readonly method: string }) => boolean = () => false;
  private server: Server | null = null;

  constructor(readonly bucket: string) {}

  /** Its address. */
  async start(): Promise<string> {
    const server = createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => {
        response.statusCode = 500;
        response.end(String(error));
      });
    });
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://s3');
    const [, bucket = '', ...rest] = url.pathname.split('/');
    const key = decodeURIComponent(rest.join('/'));
    const method = request.method ?? 'GET';
    const body = await buffer(request);
    const signature = request.headers.authorization ?? '';
    if (!/^AWS4-HMAC-SHA256 Credential=key\/\d{8}\/eu-test-1\/s3\/aws4_request, /.test(signature))
      return fail(response, 403, 'AccessDenied');
    if (String(request.headers['content-encoding']).includes('aws-chunked'))
      return fail(response, 501, 'NotImplemented');
    if (method === 'PUT' && request.headers['content-length'] === undefined)
      return fail(response, 411, 'MissingContentLength');
    if (bucket !== this.bucket) return fail(response, 404, 'NoSuchBucket');
    if (this.failing({ method, query: url.searchParams })) return fail(response, 400, 'InvalidRequest');
    if (this.overloaded({ method })) return fail(response, 503, 'SlowDown');
    const uploadId = url.searchParams.get('uploadId');
    if (key === '' && url.searchParams.has('uploads')) return this.listUploads(url.searchParams, response);
    if (method === 'POST' && url.searchParams.has('uploads')) return this.begin(key, response);
    if (uploadId !== null) return this.ofUpload(method, uploadId, url.searchParams, body, response);
    if (method === 'PUT') {
      this.objects.set(key, body);
      response.setHeader('etag', etag(body)).end();
      return;
    }
    if (method === 'DELETE') {
      this.objects.delete(key);
      response.writeHead(204).end();
      return;
    }
    const found = this.objects.get(key);
    if (found === undefined) return fail(response, 404, 'NoSuchKey');
    response.setHeader('content-length', found.length).setHeader('etag', etag(found));
    response.end(method === 'HEAD' ? undefined : found);
  }

  private listUploads(query: URLSearchParams, response: ServerResponse): void {
    const listed = [...this.uploads]
      .filter(([, { key }]) => key.startsWith(query.get('prefix') ?? ''))
      .map(
        ([id, { key, initiated }]) =>
          `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${initiated.toISOString()}</Initiated></Upload>`,
      );
    xml(response, `<ListMultipartUploadsResult>${listed.join('')}</ListMultipartUploadsResult>`);
  }

  private begin(key: string, response: ServerResponse): void {
    const id = randomUUID();
    this.uploads.set(id, { key, parts: new Map(), initiated: new Date() });
    const result = `<Bucket>${this.bucket}</Bucket><Key>${key}</Key><UploadId>${id}</UploadId>`;
    xml(response, `<InitiateMultipartUploadResult>${result}</InitiateMultipartUploadResult>`);
  }

  private ofUpload(
    method: string,
    id: string,
    query: URLSearchParams,
    body: Buffer,
    response: ServerResponse,
  ): void {
    const upload = this.uploads.get(id);
    if (upload === undefined) return fail(response, 404, 'NoSuchUpload');
    if (method === 'PUT') {
      upload.parts.set(Number(query.get('partNumber')), body);
      response.setHeader('etag', etag(body)).end();
      return;
    }
    if (method === 'DELETE') {
      this.uploads.delete(id);
      response.writeHead(204).end();
      return;
    }
    const asked = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, n]) => Number(n));
    const inOrder = asked.every((n, index) => n === index + 1 && upload.parts.has(n));
    if (!inOrder || asked.length === 0) return fail(response, 400, 'InvalidPart');
    this.objects.set(upload.key, Buffer.concat(asked.map((n) => upload.parts.get(n) ?? Buffer.alloc(0))));
    this.uploads.delete(id);
    xml(response, '<CompleteMultipartUploadResult><ETag>"done"</ETag></CompleteMultipartUploadResult>');
  }
}

function etag(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

function xml(response: ServerResponse, text: string): void {
  response.setHeader('content-type', 'application/xml').end(`<?xml version="1.0"?>${text}`);
}

function fail(response: ServerResponse, status: number, code: string): void {
  response.statusCode = status;
  xml(response, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}
