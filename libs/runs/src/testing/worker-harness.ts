import {
  dispatchConfig,
  DispatchModule,
  EventAcceptor,
  eventTickets,
  taskTickets,
  type AcceptedEvent,
  type NewEvent,
  type Ticket,
} from '@app/dispatch';
import { Sweeper, WorkerLease } from '@app/dispatch/worker';
import { Clock, newId, SystemClock } from '@app/kernel';
import { ConfigModule } from '@app/platform/config';
import { DatabaseModule, Db } from '@app/platform/database';
import { LiveModule } from '@app/platform/live';
import { QueueModule, workQueueToken, type WorkQueue } from '@app/platform/queue';
import { SANDBOX, TASK_SANDBOX } from '@app/platform/sandbox';
import { RedisConnections, RedisModule } from '@app/platform/redis';
import { Global, Module, type DynamicModule, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Serving } from '../serving.port';
import { EventConsumer, RunsWorkerModule, TaskConsumer } from '../worker';
import { FakeSandbox } from './fake-sandbox';
import { FakeServing } from './fake-serving';

@Global()
@Module({})
class FakesModule {
  static forRoot(serving: FakeServing, sandbox: FakeSandbox): DynamicModule {
    return {
      module: FakesModule,
      providers: [
        { provide: Serving, useValue: serving },
        { provide: SANDBOX, useValue: sandbox },
        { provide: TASK_SANDBOX, useValue: sandbox },
        { provide: Clock, useClass: SystemClock },
      ],
      exports: [Serving, SANDBOX, TASK_SANDBOX, Clock],
    };
  }
}

export interface WorkerHarnessOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly prefix: string;
  readonly serving?: FakeServing;
  readonly sandbox?: FakeSandbox;
  readonly environment?: Readonly<Record<string, string>>;
  readonly imports?: readonly Type[];
  /** Instead of what is provided for these. */
  readonly overrides?: readonly (readonly [token: Type, value: object])[];
}

/** A worker with a fake sandbox on the real database and Redis, and the means to publish to it. */
export class WorkerHarness {
  private constructor(
    readonly app: TestingModule,
    readonly serving: FakeServing,
    readonly sandbox: FakeSandbox,
  ) {}

  static async create(options: WorkerHarnessOptions): Promise<WorkerHarness> {
    const serving = options.serving ?? new FakeServing();
    const sandbox = options.sandbox ?? new FakeSandbox();
    // Named so that its slice is declared before the environment is parsed.
    void dispatchConfig;
    const builder = Test.createTestingModule({
      imports: [
        ConfigModule.forRoot({
          DATABASE_URL: options.databaseUrl,
          REDIS_URL: options.redisUrl,
          HOT_REDIS_PREFIX: options.prefix,
          HOT_ENCRYPTION_KEY: 'e5'.repeat(32),
          ...options.environment,
        }),
        DatabaseModule,
        RedisModule,
        LiveModule,
        QueueModule.forRoot([eventTickets, taskTickets]),
        DispatchModule,
        FakesModule.forRoot(serving, sandbox),
        RunsWorkerModule,
        ...(options.imports ?? []),
      ],
    });
    for (const [token, value] of options.overrides ?? []) builder.overrideProvider(token).useValue(value);
    const app = await builder.compile();
    await app.init();
    await app.get(RedisConnections).whenUp(2_000);
    return new WorkerHarness(app, serving, sandbox);
  }

  /** Starts and stops apart from the rest, so that tests see tasks that wait. */
  get tasks(): TaskConsumer {
    return this.app.get(TaskConsumer);
  }

  get db(): Db {
    return this.app.get(Db);
  }

  /** Takes a lease and consumes; sweeping only when asked for, so that tests see one thing at a time. */
  async start(options: { readonly sweep?: boolean } = {}): Promise<void> {
    await this.app.get(WorkerLease).start(['events']);
    this.app.get(EventConsumer).start();
    if (options.sweep) this.app.get(Sweeper).start();
  }

  async stop(): Promise<void> {
    await this.app.get(Sweeper).stop();
    await this.app.get(EventConsumer).stop();
    await this.app.get(WorkerLease).stop();
  }

  /** As if the process had been killed: takes nothing more, renews nothing, gives nothing back. */
  async die(): Promise<void> {
    const lease = this.app.get(WorkerLease);
    // Private on purpose; a worker has no way to die politely.
    clearTimeout((lease as unknown as { readonly timer: NodeJS.Timeout }).timer);
    await this.app.get(Sweeper).stop();
    await this.app.get<WorkQueue<Ticket>>(workQueueToken(eventTickets.name)).stop();
    await this.db.execute('UPDATE hot.worker_lease SET expires_at = now() WHERE incarnation = $1', [
      lease.incarnation(),
    ]);
  }

  async close(): Promise<void> {
    await this.stop();
    await this.app.close();
  }

  /** A new tenant whose events this harness can run. */
  tenant(): { readonly orgId: string; readonly envId: string } {
    const tenant = { orgId: newId(), envId: newId() };
    this.serving.addEnv(tenant.orgId, tenant.envId);
    return tenant;
  }

  publish(
    tenant: { readonly orgId: string; readonly envId: string },
    eventType: string,
    data: unknown,
    more: Partial<NewEvent> = {},
  ): Promise<AcceptedEvent> {
    return this.app.get(EventAcceptor).accept({
      ...tenant,
      retentionClass: -1,
      eventType,
      eventData: JSON.stringify(data),
      streamId: null,
      source: 'api',
      byUserId: newId(),
      accessId: null,
      ...more,
    });
  }
}
