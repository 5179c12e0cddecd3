/**
 * A halt unwinds a program to the nearest boundary. It is thrown, never returned; Err values are returned, never
 * thrown.
 */
import { display } from './display';
import { HotMap } from './hot-map';
import { Res, Tagged, TypeInfo, type Value } from './values';

export type HaltKind =
  /** `fail` */
  | 'fail'
  /** `cancel` */
  | 'cancel'
  /** An Err was consumed. */
  | 'err'
  /** A run-time error of the language. */
  | 'error'
  /** The embedder wants the run to end, or a limit was reached: no boundary of the program contains it. */
  | 'stop';

export type StopCause = 'cancelled' | 'timeout' | 'memory' | 'shutdown';

/** One line of the Hot stack: the function and the place from which it was called. */
export interface HaltFrame {
  /** Index into the function table, -1 for a native or the boundary itself. */
  readonly fn: number;
  /** Call site, 0 when called by the library. */
  readonly site: number;
  /** Calls that were left when it began, of those that may lie inside each other. */
  readonly left: number;
}

/** Frames kept; the rest of a deep recursion says nothing new. */
const MAX_FRAMES = 100;

export class Halt {
  readonly frames: HaltFrame[] = [];

  constructor(
    readonly kind: HaltKind,
    readonly message: string,
    /** 'fail', 'cancel': the Failure or Cancellation; 'err': the payload; else null. */
    readonly payload: Value,
    /** Where it happened; 0 when unknown. */
    readonly site: number,
    readonly cause: StopCause | null = null,
  ) {}

  push(fn: number, site: number, left: number): this {
    if (this.frames.length < MAX_FRAMES) this.frames.push({ fn, site, left });
    return this;
  }
}

interface HaltTypes {
  readonly failure: TypeInfo;
  readonly cancellation: TypeInfo;
}

const RUN: HaltTypes = {
  failure: new TypeInfo('::hot::run/Failure'),
  cancellation: new TypeInfo('::hot::run/Cancellation'),
};
const TASK: HaltTypes = {
  failure: new TypeInfo('::hot::task/Failure'),
  cancellation: new TypeInfo('::hot::task/Cancellation'),
};

/** @param info what `info()` knows */
export function haltTypes(info: HotMap | null): HaltTypes {
  const run = info?.getStr('run');
  return run instanceof HotMap && run.getStr('type') === 'task' ? TASK : RUN;
}

export function hardError(site: number, message: string): Halt {
  return new Halt('error', message, null, site);
}

export function stopHalt(site: number, cause: StopCause): Halt {
  const text =
    cause === 'cancelled'
      ? 'Run cancelled'
      : cause === 'timeout'
        ? 'Run timed out'
        : cause === 'memory'
          ? 'Run exceeded its memory limit'
          : 'Run stopped: the worker is shutting down';
  return new Halt('stop', text, null, site, cause);
}

/** The text of an Err's payload (`Result error: …`). */
export function errText(payload: Value): string {
  if (typeof payload === 'string') return payload;
  if (payload === null) return 'Error Result encountered';
  const map = payload instanceof Tagged ? payload.val : payload;
  if (map instanceof HotMap) {
    const own = map.getStr('msg');
    const text = own === undefined ? map.getStr('message') : own;
    if (typeof text === 'string') return text;
  }
  return display(payload, null);
}

export function consumedErr(site: number, e: Res): Halt {
  const text = e.val === null ? 'Error Result encountered' : `Result error: ${errText(e.val)}`;
  return new Halt('err', text, e.val, site);
}

/** What `if-err`, `contain` and the like see of a contained halt. */
export function haltPayload(h: Halt): Value {
  switch (h.kind) {
    case 'fail':
    case 'cancel':
      return h.payload;
    case 'err':
      return h.payload ?? h.message;
    default:
      return h.message;
  }
}

/** Any thrown thing → a halt. What the host engine throws is translated: stack, memory, sizes. */
export function asHalt(e: unknown, site: number): Halt {
  if (e instanceof Halt) return e;
  if (e instanceof RangeError) {
    // No regular expression: compiling one needs stack, of which there is none left here.
    if (e.message.includes('call stack')) return recursionError(site, null);
    return hardError(site, `Value too large: ${e.message}`);
  }
  if (e instanceof Error) return hardError(site, `Internal error: ${e.message}`);
  return hardError(site, `Internal error: ${String(e)}`);
}

export function recursionError(site: number, max: number | null): Halt {
  const limit = max === null ? '' : ` (depth ${max}, max ${max})`;
  return hardError(
    site,
    `Function call recursion limit reached${limit}. Make the recursive call the last step of the function, or use map, filter or reduce.`,
  );
}
