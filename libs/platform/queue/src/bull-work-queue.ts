import { Logger } from '@nestjs/common';
import type { JobOptions, Queue } from 'bull';
import {
  WorkQueue,
  type AddOptions,
  type QueueCounts,
  type QueueDefinition,
  type QueueHandler,
} from './work-queue';

/** Jobs leave no trace: what happened is in PostgreSQL, and a kept job would silently swallow a new one of its id. */
const JOB: JobOptions = { removeOnComplete: true, removeOnFail: true, attempts: 1 };

export class BullWorkQueue<Payload> extends WorkQueue<Payload> {
  private readonly log: Logger;
  private consuming = false;

  constructor(
    private readonly queue: Queue<unknown>,
    private readonly definition: QueueDefinition<Payload>,
  ) {
    super();
    this.log = new Logger(`Queue:${definition.name}`);
    // Connection trouble is reported by the connection; without a listener it would end the process.
    queue.on('error', () => undefined);
  }

  override async add(payload: Payload, options: AddOptions = {}): Promise<void> {
    const { dedupeKey } = options;
    await this.queue.add(payload, dedupeKey === undefined ? JOB : { ...JOB, jobId: dedupeKey });
  }

  override async addMany(payloads: readonly Payload[]): Promise<void> {
    const [first] = payloads;
    if (first === undefined) return;
    if (payloads.length === 1) await this.add(first);
    else await this.queue.addBulk(payloads.map((data) => ({ data, opts: JOB })));
  }

  override process(concurrency: number, handler: QueueHandler<Payload>): void {
    this.consuming = true;
    // A job that ends without a next one has just seen the list empty: Bull would look once more before it waits. With a
    // next one it takes this back before it reads it.
    this.queue.on('completed', () => {
      (this.queue as unknown as { drained: boolean }).drained = true;
    });
    const consume = this.queue.process(concurrency, async (job) => {
      const parsed = this.definition.payload.safeParse(job.data);
      if (!parsed.success) {
        this.log.warn(`Dropped a job of a shape this version does not know: ${parsed.error.message}`);
        return;
      }
      try {
        await handler(parsed.data);
      } catch (error) {
        this.log.error('Job failed', error instanceof Error ? error.stack : error);
      }
    });
    // Settles when the queue closes.
    consume.catch((error: unknown) => {
      if (this.consuming) this.log.error('Consumer ended', error instanceof Error ? error.stack : error);
    });
  }

  override async stop(): Promise<void> {
    if (!this.consuming) return;
    this.consuming = false;
    // Local: other processes go on. Waits for handlers that are going on.
    await this.queue.pause(true);
  }

  override async counts(): Promise<QueueCounts> {
    const { waiting, active } = await this.queue.getJobCounts();
    return { waiting, active };
  }
}
