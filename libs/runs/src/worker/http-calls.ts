/**
 * `http.*` for running programs. What they are is said in platform/outbound; here a run gets an instance of its own,
 * which ends with it: cancelled, out of time, taken from us or simply done.
 */
import {
  HTTP_CALLS,
  OutboundClient,
  outboundConfig,
  ProgramHttp,
  SharedBytes,
  type OutboundConfig,
} from '@app/platform/outbound';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HostFunctions, type RunFacts } from './extension-points';

/** What the library assumes of both limits. */
const LIBRARY_MAX_BYTES = 16 * 1024 * 1024;

@Injectable()
export class HttpCalls implements OnModuleInit {
  /** By the signal that ends a run: one that begins again has another. */
  private readonly runs = new WeakMap<AbortSignal, ProgramHttp>();
  private readonly inFlight: SharedBytes;

  constructor(
    private readonly client: OutboundClient,
    private readonly functions: HostFunctions,
    @Inject(outboundConfig.token) private readonly config: OutboundConfig,
  ) {
    this.inFlight = new SharedBytes(config.inFlightBytes);
  }

  onModuleInit(): void {
    for (const name of HTTP_CALLS) {
      this.functions.register(name, (run, argsJson, signal) => this.of(run, signal).call(name, argsJson));
    }
    this.tell('http.max-response-bytes', this.config.maxResponseBytes);
    this.tell('http.max-stream-response-bytes', this.config.maxStreamResponseBytes);
  }

  /** It travels with every start: only what differs. */
  private tell(setting: string, value: number): void {
    if (value !== LIBRARY_MAX_BYTES) this.functions.tell(setting, value);
  }

  private of(run: RunFacts, signal: AbortSignal): ProgramHttp {
    const known = this.runs.get(signal);
    if (known !== undefined) return known;
    const http = new ProgramHttp(this.client, run.orgId, this.config, this.inFlight);
    this.runs.set(signal, http);
    signal.addEventListener('abort', () => http.close(), { once: true });
    if (signal.aborted) http.close();
    return http;
  }
}
