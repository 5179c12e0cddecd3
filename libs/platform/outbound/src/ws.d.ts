/** The part of the library that is used here; it comes without types. */
declare module 'ws' {
  import type { EventEmitter } from 'node:events';
  import type { IncomingMessage } from 'node:http';
  import type { Duplex } from 'node:stream';

  interface Options {
    readonly headers?: Readonly<Record<string, string>>;
    readonly maxPayload?: number;
    readonly perMessageDeflate?: boolean;
    readonly followRedirects?: boolean;
    readonly createConnection?: () => Duplex;
  }

  export class WebSocket extends EventEmitter {
    static readonly OPEN: number;
    constructor(url: string, protocols: readonly string[], options: Options);
    readonly readyState: number;
    on(event: 'open' | 'close', listener: () => void): this;
    on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
    on(event: 'unexpected-response', listener: (request: unknown, response: IncomingMessage) => void): this;
    send(data: string | Uint8Array, done: (error?: Error) => void): void;
    pause(): void;
    resume(): void;
    close(code?: number): void;
    terminate(): void;
  }

  export class WebSocketServer extends EventEmitter {
    constructor(options: { readonly port: number; readonly host: string });
    on(event: 'connection', listener: (socket: WebSocket, request: IncomingMessage) => void): this;
    on(event: 'listening', listener: () => void): this;
    address(): { readonly port: number };
    close(done: () => void): void;
  }
}
