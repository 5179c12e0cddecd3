/** All that a program opens besides HTTP, for one run: `tcp.*`, `tls.*` and `ws.*`. */
import { Connections, type ConnectionLimits } from './connections';
import type { OutboundClient } from './outbound-client';
import { ProgramTcp, TCP_CALLS, type TcpCall } from './program-tcp';
import { ProgramWs, WS_CALLS, type WsCall } from './program-ws';

export const CONNECTION_CALLS = [...TCP_CALLS, ...WS_CALLS] as const;
export type ConnectionCall = TcpCall | WsCall;

const isWs = (name: ConnectionCall): name is WsCall => WS_CALLS.some((one) => one === name);

export class ProgramConnections {
  private readonly shared: Connections;
  private readonly tcp: ProgramTcp;
  private readonly ws: ProgramWs;

  constructor(client: OutboundClient, limits: ConnectionLimits) {
    this.shared = new Connections(limits);
    this.tcp = new ProgramTcp(client, this.shared, limits);
    this.ws = new ProgramWs(client, this.shared, limits);
  }

  /** Rejects with OutboundError. */
  call(name: ConnectionCall, argsJson: string): Promise<string> {
    return isWs(name) ? this.ws.call(name, argsJson) : this.tcp.call(name, argsJson);
  }

  /** The run is over: everything ends. */
  close(): void {
    this.shared.close();
  }
}
