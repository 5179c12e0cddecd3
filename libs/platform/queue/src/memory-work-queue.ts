import { Logger } from '@nestjs/common';
import {
  WorkQueue,
  type AddOptions,
  type QueueCounts,
  type QueueDefinition,
  type QueueHandler,
} from './work-queue';

interface MemoryJob<Payload> {
  readonly payload: Payload;
  readonly key: string | null;
}

/** Driver without Redis: one process, nothing survives it. For tests of cores. */
export class MemoryWorkQueue<Payload> extends WorkQueue<Payload> {
  private readonly log: Logger;
  private readonly waiting: MemoryJob<Payload>[] = [];
  private readonly keys = new Set<string>();
  private readonly running = new Set<Promise<void>>();
  private handler: QueueHandler<Payload> | undefined;
  private concurrency = 0;
  private stopped = false;

  constructor(private readonly definition: QueueDefinition<Payload>) {
    super();
    this.log = new Logger(`Queue:${definition.name}`);
  }

  override async add(payload: Payload, options: AddOptions = {}): Promise<void> {
    const key = options.dedupeKey ?? null;
    if (key !== null) {
      if (this.keys.has(key)) return;
      this.keys.add(key);
    }
    // A copy, as any other driver would make one.
    this.waiting.push({ payload: this.definition.payload.parse(JSON.parse(JSON.stringify(payload))), key });
    setImmediate(() => this.pump());
  }

  override async addMany(payloads: readonly Payload[]): Promise<void> {
    for (const payload of payloads) await this.add(payload);
  }

  override process(concurrency: number, handler: QueueHandler<Payload>): void {
    this.concurrency = concurrency;
    this.handler = handler;
    this.stopped = false;
    this.pump();
  }

  override async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.running);
  }

  override async counts(): Promise<QueueCounts> {
    return { waiting: this.waiting.length, active: this.running.size };
  }

  private pump(): void {
    while (!this.stopped && this.handler !== undefined && this.running.size < this.concurrency) {
      const job = this.waiting.shift();
      if (job === undefined) return;
      const run = this.run(this.handler, job).finally(() => {
        this.running.delete(run);
        this.pump();
      });
      this.running.add(run);
    }
  }

  private async run(handler: QueueHandler<Payload>, job: MemoryJob<Payload>): Promise<void> {
    try {
      await handler(job.payload);
    } catch (error) {
      this.log.error('Job failed', error instanceof Error ? error.stack : error);
    } finally {
      if (job.key !== null) this.keys.delete(job.key);
    }
  }
}
