/** What programs on this machine call of others: the worker's calls and limits, without its restrictions of addresses. */
import type { ConnectionCall, HttpCall, ProgramConnections, ProgramHttp } from '@app/platform/outbound';

export const LOCAL_HTTP_CALLS = [
  'http.request',
  'http.openStream',
  'http.readChunk',
] as const satisfies readonly HttpCall[];

export const LOCAL_CONNECTION_CALLS = [
  'tcp.open',
  'tcp.read',
  'tcp.write',
  'tcp.close',
  'tcp.isOpen',
  'tls.upgrade',
  'tls.peerCertificate',
  'ws.open',
  'ws.send',
  'ws.receive',
  'ws.close',
  'ws.isOpen',
] as const satisfies readonly ConnectionCall[];

const WAIT_MS = 24 * 3600 * 1000;
const MAX_OPEN = 1_000;
/** As much as the library asks for at once. */
const MAX_READ_BYTES = 64 * 1024 * 1024;

interface Reached {
  readonly http: ProgramHttp;
  readonly connections: ProgramConnections;
  close(): void;
}

export class LocalHttp {
  /** Made for the first call: most programs make none, and the client takes longer to load than they to run. */
  private reached: Promise<Reached> | null = null;

  async call(name: HttpCall, argsJson: string): Promise<string> {
    return (await this.reach()).http.call(name, argsJson);
  }

  async connection(name: ConnectionCall, argsJson: string): Promise<string> {
    return (await this.reach()).connections.call(name, argsJson);
  }

  /** Ends what is under way: an open stream would keep the process. */
  async close(): Promise<void> {
    const { reached } = this;
    this.reached = null;
    (await reached)?.close();
  }

  private reach(): Promise<Reached> {
    return (this.reached ??= make());
  }
}

async function make(): Promise<Reached> {
  const [{ parseSlice }, outbound] = await Promise.all([
    import('@app/platform/config'),
    import('@app/platform/outbound'),
  ]);
  const limits = parseSlice(outbound.outboundConfig, {});
  const client = outbound.outboundClientOf({ mode: 'development' }, limits);
  const inFlight = new outbound.SharedBytes(limits.inFlightBytes);
  const http = new outbound.ProgramHttp(client, 'local', limits, inFlight);
  const connections = new outbound.ProgramConnections(client, {
    connectMs: limits.connectMs,
    waitMs: WAIT_MS,
    mayWaitForever: true,
    open: MAX_OPEN,
    maxBytes: MAX_READ_BYTES,
    runBytes: Number.MAX_SAFE_INTEGER,
  });
  return {
    http,
    connections,
    close: () => {
      connections.close();
      http.close();
      client.close();
    },
  };
}
