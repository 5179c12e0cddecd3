import { Sweeper, WorkerLease } from '@app/dispatch/worker';
import { HealthServer } from '@app/platform/health';
import { RedisConnections } from '@app/platform/redis';
import { EventConsumer, TaskConsumer } from '@app/runs/worker';
import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { Deployments } from './deployments';
import { Housekeeping } from './housekeeping';
import { WorkerMeters } from './worker-meters';
import { workerConfig, type WorkerConfig } from './worker.config';

const REDIS_START_MS = 2_000;

/** Starts the roles of this process and ends them in order: take nothing more, let runs finish, give the lease up. */
@Injectable()
export class Worker implements BeforeApplicationShutdown {
  private readonly log = new Logger(Worker.name);
  private started = false;

  constructor(
    private readonly lease: WorkerLease,
    private readonly events: EventConsumer,
    private readonly tasks: TaskConsumer,
    private readonly deployments: Deployments,
    private readonly sweeper: Sweeper,
    private readonly housekeeping: Housekeeping,
    private readonly redis: RedisConnections,
    private readonly health: HealthServer,
    private readonly meters: WorkerMeters,
    @Inject(workerConfig.token) private readonly config: WorkerConfig,
  ) {}

  async start(): Promise<void> {
    const { roles } = this.config;
    this.started = true;
    this.meters.install();
    await this.health.listen();
    await this.lease.start(roles);
    // Without Redis the worker works as well, from the sweep; it only starts a little later.
    await this.redis.whenUp(REDIS_START_MS);
    if (roles.includes('events')) {
      this.events.start();
      this.deployments.start();
    }
    if (roles.includes('tasks')) this.tasks.start();
    // Rows of workers that died while none was there are looked for at once.
    this.sweeper.start();
    if (roles.includes('maintenance')) this.housekeeping.start();
    this.log.log({ event: 'worker.started', roles, incarnation: this.lease.incarnation() });
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (!this.started) return;
    this.started = false;
    this.housekeeping.stop();
    await this.sweeper.stop();
    await this.deployments.stop();
    await Promise.all([this.events.stop(), this.tasks.stop()]);
    await this.lease.stop();
    this.health.close();
    this.log.log({ event: 'worker.stopped' });
  }
}
