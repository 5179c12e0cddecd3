/**
 * `tcp.*`, `tls.*` and `ws.*` for running programs. As with HTTP, a run gets an instance of its own, which ends with it.
 */
import {
  CONNECTION_CALLS,
  OutboundClient,
  outboundConfig,
  ProgramConnections,
  type ConnectionLimits,
  type OutboundConfig,
} from '@app/platform/outbound';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HostFunctions } from './extension-points';

@Injectable()
export class ConnectionCalls implements OnModuleInit {
  /** By the signal that ends a run: one that begins again has another. */
  private readonly runs = new WeakMap<AbortSignal, ProgramConnections>();
  private readonly limits: ConnectionLimits;

  constructor(
    private readonly client: OutboundClient,
    private readonly functions: HostFunctions,
    @Inject(outboundConfig.token) config: OutboundConfig,
  ) {
    this.limits = {
      connectMs: config.connectMs,
      waitMs: config.streamMs,
      mayWaitForever: false,
      open: config.openStreams,
      maxBytes: config.maxResponseBytes,
      runBytes: config.runBytes,
    };
  }

  onModuleInit(): void {
    for (const name of CONNECTION_CALLS)
      this.functions.register(name, (_run, argsJson, signal) => this.of(signal).call(name, argsJson));
  }

  private of(signal: AbortSignal): ProgramConnections {
    const known = this.runs.get(signal);
    if (known !== undefined) return known;
    const connections = new ProgramConnections(this.client, this.limits);
    this.runs.set(signal, connections);
    signal.addEventListener('abort', () => connections.close(), { once: true });
    if (signal.aborted) connections.close();
    return connections;
  }
}
