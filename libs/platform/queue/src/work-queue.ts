import type { z } from 'zod';

/**
 * A queue carries hints about rows in PostgreSQL, never the work itself: it may lose, repeat or reorder what it was
 * given, and consumers are written so that all three are harmless.
 */
export interface QueueDefinition<Payload> {
  readonly name: string;
  /** Ids and a version, below 2 KiB. Parsed on both sides; readers accept the previous version during a rollout. */
  readonly payload: z.ZodType<Payload>;
}

export interface AddOptions {
  /** While a job with this key waits or runs, another one with the same key is dropped. */
  readonly dedupeKey?: string;
}

export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
}

export type QueueHandler<Payload> = (payload: Payload) => Promise<void>;

export abstract class WorkQueue<Payload> {
  /** Throws when the queue cannot be reached; the caller's rows are found again without it. */
  abstract add(payload: Payload, options?: AddOptions): Promise<void>;
  abstract addMany(payloads: readonly Payload[]): Promise<void>;
  /** Starts to consume, once per process. A handler that throws is logged; its job is gone either way. */
  abstract process(concurrency: number, handler: QueueHandler<Payload>): void;
  /** Stops taking jobs and waits for handlers that are going on. */
  abstract stop(): Promise<void>;
  abstract counts(): Promise<QueueCounts>;
}

/** Declares a queue: in the core of the domain whose rows it is about. */
export function defineQueue<Payload>(definition: QueueDefinition<Payload>): QueueDefinition<Payload> {
  return definition;
}
