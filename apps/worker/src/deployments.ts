import { deployTickets, type DeployTicket } from '@app/builds';
import { BuildLoader } from '@app/builds/worker';
import { Sweeper, WorkerLease } from '@app/dispatch/worker';
import { InjectWorkQueue, type WorkQueue } from '@app/platform/queue';
import { Injectable, Logger } from '@nestjs/common';

/** Loads builds that were asked for, one at a time per worker; those whose ticket was lost are found by the sweep. */
@Injectable()
export class Deployments {
  private readonly log = new Logger(Deployments.name);
  private stopped = true;

  constructor(
    @InjectWorkQueue(deployTickets) private readonly queue: WorkQueue<DeployTicket>,
    private readonly loader: BuildLoader,
    private readonly lease: WorkerLease,
    sweeper: Sweeper,
  ) {
    sweeper.listen(({ builds }) => {
      // One after the other, and not while the sweep waits for them.
      void this.loadAll(builds);
    });
  }

  start(): void {
    this.stopped = false;
    this.queue.process(1, ({ buildId }) => this.load(buildId));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.queue.stop();
  }

  private async loadAll(builds: readonly string[]): Promise<void> {
    for (const buildId of builds) await this.load(buildId);
  }

  private async load(buildId: string): Promise<void> {
    const incarnation = this.lease.incarnation();
    if (this.stopped || incarnation === null) return;
    try {
      await this.loader.load(buildId, incarnation);
    } catch (error) {
      // Database or storage are away: the build waits, and the sweep comes back to it.
      this.log.warn({
        event: 'deploy.load_failed',
        buildId,
        error: error instanceof Error ? error.message : error,
      });
    }
  }
}
