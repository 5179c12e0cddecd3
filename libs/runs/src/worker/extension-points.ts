/**
 * Where other domains join in: functions of the host that running programs call, and events that are commands to the
 * platform. Registered when modules start, read while runs go on.
 */
import type { ClaimedRow } from '@app/dispatch';
import { Injectable, Logger } from '@nestjs/common';
import type { RunSecrets } from '../secret-leaves';
import type { RunTarget } from '../serving.port';

/** The run on whose behalf something is done. */
export interface RunFacts {
  readonly runId: string;
  readonly dispatchId: string;
  readonly incarnation: string;
  readonly orgId: string;
  readonly envId: string;
  readonly retentionClass: number;
  readonly streamId: string;
  readonly eventId: string;
  readonly byUserId: string | null;
  readonly accessId: string | null;
  /** As in RUN_TYPES. */
  readonly runType: number;
  readonly target: RunTarget;
  /** What it has read of what is secret. */
  readonly secrets: RunSecrets;
}

/**
 * JSON text in, JSON text out. Rejects with a HostCallFailure to tell the program what went wrong. All calls of a run are
 * given the same signal, which aborts when the run is over in whatever way: what is kept for the run ends then.
 */
export type HostFunction = (run: RunFacts, argsJson: string, signal: AbortSignal) => Promise<string>;

/**
 * Effects of an event that code or the engine itself has sent; may be asked for again after a crash. A problem, as a
 * sentence, becomes a failed run, a result (JSON text) a successful one; null leaves no run behind; `later` asks again
 * after a short while, for what depends on something that is under way.
 */
export type SystemEffect = (
  row: ClaimedRow,
) => Promise<{ readonly problem: string } | { readonly result: string } | 'later' | null>;

const HOST_CALL_CODES = [
  'unavailable',
  'invalid',
  'not_found',
  'conflict',
  'denied',
  'quota',
  'timeout',
  'cancelled',
  'io',
] as const;
export type HostCallCode = (typeof HOST_CALL_CODES)[number];

/** Ports reject with errors of their own that carry such a code. */
function isForPrograms(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return HOST_CALL_CODES.some((each) => each === code);
}

export class HostCallFailure extends Error {
  constructor(
    readonly code: HostCallCode,
    message: string,
  ) {
    super(message);
    this.name = 'HostCallFailure';
  }
}

@Injectable()
export class HostFunctions {
  private readonly log = new Logger(HostFunctions.name);
  private readonly functions = new Map<string, HostFunction>();
  private readonly settings: Record<string, number> = {};

  /** @param name as programs call it, for example `store.put`; the lib that owns the thing registers it once */
  register(name: string, implementation: HostFunction): void {
    if (this.functions.has(name)) throw new Error(`Host function ${name} is registered twice`);
    this.functions.set(name, implementation);
  }

  /** A limit that the library of programs wants to know beforehand; it reads it from what is known of the run. */
  tell(setting: string, value: number): void {
    this.settings[setting] = value;
  }

  /** Of everything that programs may call. */
  get names(): readonly string[] {
    return [...this.functions.keys()];
  }

  get told(): Readonly<Record<string, number>> {
    return this.settings;
  }

  async call(run: RunFacts, name: string, argsJson: string, signal: AbortSignal): Promise<string> {
    const implementation = this.functions.get(name);
    if (implementation === undefined)
      throw new HostCallFailure('unavailable', `${name} is not available here`);
    try {
      return await implementation(run, argsJson, signal);
    } catch (error) {
      // The program hears that the platform could not do it, and no more: whoever runs the platform must hear why.
      if (!isForPrograms(error)) {
        const text = error instanceof Error ? (error.stack ?? error.message) : error;
        this.log.error({ event: 'host_call.failed', name, runId: run.runId, error: text });
      }
      throw error;
    }
  }
}

@Injectable()
export class SystemEffects {
  private readonly effects = new Map<string, SystemEffect>();

  /** @param eventType for example `hot:schedule:new`. Never reached by events that came in over HTTP. */
  register(eventType: string, effect: SystemEffect): void {
    if (this.effects.has(eventType)) throw new Error(`System event ${eventType} is registered twice`);
    this.effects.set(eventType, effect);
  }

  of(eventType: string): SystemEffect | undefined {
    return this.effects.get(eventType);
  }
}
