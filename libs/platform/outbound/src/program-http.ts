/**
 * Outbound HTTP as programs call it: JSON text in, JSON text out, one instance per run. What crosses:
 *
 *   http.request     {method, url, headers: [[name, value]], body: Bytes | null, timeoutMs?, maxBytes?}
 *                 -> {status, headers: [[name, value]], body: Bytes}
 *   http.openStream  the same, and totalTimeoutMs?
 *                 -> {id, status, headers: [[name, value]]}
 *   http.readChunk   {id} -> Bytes: all that has come since the last one; answered when there is more; null at the end
 *
 * `Bytes` is {"$type": "::hot::type/Bytes", "$val": base64}; in arguments also a list of numbers. Redirects are followed
 * here: of 3xx a program sees only those that lead nowhere. Refusals are OutboundErrors, whose codes are those of host
 * calls. What a program asks for beyond the limits is cut to them.
 */
import { setMaxListeners } from 'node:events';
import type { BodyReader } from './body';
import { atMost, bytesJson, readArgs, readBytes, readHeaders, type Args } from './call-args';
import type { OutboundClient, OutboundHead, OutboundRequest } from './outbound-client';
import { OutboundError } from './outbound-error';
import { Places, type SharedBytes } from './places';

export interface ProgramHttpLimits {
  readonly connectMs: number;
  readonly requestMs: number;
  readonly streamMs: number;
  readonly maxResponseBytes: number;
  readonly maxStreamResponseBytes: number;
  /** Requests of one run under way at the same time; others wait. */
  readonly parallel: number;
  /** Streams of one run open at the same time; there is no waiting for one, for only the run itself can end another. */
  readonly openStreams: number;
  /** Bytes that one run may send and receive in all. */
  readonly runBytes: number;
}

export const HTTP_CALLS = ['http.request', 'http.openStream', 'http.readChunk'] as const;
export type HttpCall = (typeof HTTP_CALLS)[number];

const MAX_REDIRECTS = 10;
const NULL = 'null';

export class ProgramHttp {
  private readonly over = new AbortController();
  private readonly places: Places;
  /** Without those that have been read to their end. */
  private readonly streams = new Map<number, BodyReader>();
  private openStreams = 0;
  private nextStream = 1;
  private bytes = 0;

  constructor(
    private readonly client: OutboundClient,
    /** Whose connections may be used again. */
    private readonly scope: string,
    private readonly limits: ProgramHttpLimits,
    /** Memory for bodies on their way to programs, of all runs together. */
    private readonly inFlight: SharedBytes,
  ) {
    this.places = new Places(limits.parallel);
    setMaxListeners(0, this.over.signal); // one per request
  }

  /** Rejects with OutboundError. */
  async call(name: HttpCall, argsJson: string): Promise<string> {
    const args = readArgs(argsJson);
    switch (name) {
      case 'http.request':
        return this.request(args);
      case 'http.openStream':
        return this.openStream(args);
      case 'http.readChunk':
        return this.readChunk(args);
    }
  }

  /** The run is over: whatever is under way ends. */
  close(): void {
    this.over.abort();
    for (const body of this.streams.values()) body.fail(new OutboundError('cancelled', 'cancelled'));
    this.streams.clear();
  }

  private request(args: Args): Promise<string> {
    const { requestMs, maxResponseBytes } = this.limits;
    const totalMs = atMost(requestMs, args['timeoutMs']);
    const request = this.requestOf(args, {
      headMs: totalMs,
      totalMs,
      maxBytes: atMost(maxResponseBytes, args['maxBytes']),
      compressed: true,
    });
    return this.places.within(this.over.signal, async () => {
      const held = this.inFlight.hold();
      const spend = (bytes: number): void => {
        this.spend(bytes);
        held.add(bytes);
      };
      try {
        const { body, ...head } = await this.client.request({ ...request, spend });
        return `${headJson(head)},"body":${bytesJson(body)}}`;
      } finally {
        held.release();
      }
    });
  }

  private async openStream(args: Args): Promise<string> {
    const { requestMs, streamMs, maxStreamResponseBytes, openStreams } = this.limits;
    const request = this.requestOf(args, {
      headMs: atMost(requestMs, args['timeoutMs']),
      totalMs: atMost(streamMs, args['totalTimeoutMs']),
      maxBytes: atMost(maxStreamResponseBytes, args['maxBytes']),
      compressed: false,
    });
    if (this.openStreams >= openStreams)
      throw new OutboundError('quota', `more than ${openStreams} streams are open`);
    this.openStreams += 1;
    const { body, ...head } = await this.client.open({
      ...request,
      spend: (bytes) => this.spend(bytes),
      over: () => {
        this.openStreams -= 1;
      },
    });
    const id = this.nextStream++;
    this.streams.set(id, body);
    return `${headJson(head)},"id":"${id}"}`;
  }

  private async readChunk({ id }: Args): Promise<string> {
    const number = typeof id === 'string' && /^\d+$/.test(id) ? Number(id) : Number.NaN;
    if (!(number >= 1 && number < this.nextStream))
      throw new OutboundError('invalid', 'there is no such stream');
    const body = this.streams.get(number);
    if (body === undefined) return NULL;
    const piece = await body.next();
    if (piece !== null) return bytesJson(piece);
    this.streams.delete(number);
    return NULL;
  }

  private requestOf(
    args: Args,
    limits: Pick<OutboundRequest, 'headMs' | 'totalMs' | 'maxBytes' | 'compressed'>,
  ): OutboundRequest {
    const { method, url } = args;
    if (typeof method !== 'string' || typeof url !== 'string')
      throw new OutboundError('invalid', 'method and url must be text');
    const body = readBytes(args['body']);
    this.spend(body?.length ?? 0);
    return {
      method: method.toUpperCase(),
      url,
      headers: readHeaders(args['headers']),
      body,
      scope: this.scope,
      connectMs: this.limits.connectMs,
      maxRedirects: MAX_REDIRECTS,
      signal: this.over.signal,
      ...limits,
    };
  }

  private spend(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes > this.limits.runBytes)
      throw new OutboundError(
        'quota',
        `the run has sent and received more than ${this.limits.runBytes} bytes`,
      );
  }
}

/** Open at the end, for what comes after the head. */
function headJson({ status, headers }: OutboundHead): string {
  return `{"status":${status},"headers":${JSON.stringify(headers)}`;
}
