import { RedisConnections, RedisModule } from '@app/platform/redis';
import { BullModule, getQueueToken } from '@nestjs/bull';
import {
  Inject,
  Injectable,
  Module,
  type DynamicModule,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import type { Queue, QueueOptions } from 'bull';
import { BullWorkQueue } from './bull-work-queue';
import type { QueueDefinition, WorkQueue } from './work-queue';

/** Injects the queue of a definition: `@InjectWorkQueue(eventTickets) private readonly tickets: WorkQueue<Ticket>`. */
export function InjectWorkQueue(definition: { readonly name: string }): ParameterDecorator {
  return Inject(workQueueToken(definition.name));
}

export function workQueueToken(name: string): string {
  return `work-queue:${name}`;
}

/**
 * maxStalledCount: Bull would give up a job whose worker died twice; here a job is only a hint, and giving up is
 * decided in PostgreSQL. drainDelay: how long one blocking wait for a job lasts.
 */
const SETTINGS: QueueOptions['settings'] = {
  lockDuration: 30_000,
  lockRenewTime: 10_000,
  stalledInterval: 30_000,
  maxStalledCount: 1_000,
  guardInterval: 60_000,
  drainDelay: 30,
};

@Injectable()
class QueueCloser implements OnApplicationShutdown {
  constructor(@Inject('work-queues') private readonly queues: readonly WorkQueue<unknown>[]) {}

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.queues.map((queue) => queue.stop().catch(() => undefined))); // Redis may be away by now
  }
}

@Module({})
export class QueueModule {
  /** Queues of this process, on Bull. */
  static forRoot(definitions: readonly QueueDefinition<unknown>[]): DynamicModule {
    const queues: Provider[] = definitions.map((definition) => ({
      provide: workQueueToken(definition.name),
      inject: [getQueueToken(definition.name)],
      useFactory: (queue: Queue<unknown>) => new BullWorkQueue(queue, definition),
    }));
    return {
      module: QueueModule,
      global: true,
      imports: [
        BullModule.registerQueueAsync(
          ...definitions.map(({ name }) => ({
            name,
            imports: [RedisModule],
            inject: [RedisConnections],
            useFactory: (redis: RedisConnections) => bullOptions(redis),
          })),
        ),
      ],
      providers: [
        ...queues,
        {
          provide: 'work-queues',
          inject: definitions.map(({ name }) => workQueueToken(name)),
          useFactory: (...all: WorkQueue<unknown>[]) => all,
        },
        QueueCloser,
      ],
      exports: definitions.map(({ name }) => workQueueToken(name)),
    };
  }
}

export function bullOptions(redis: RedisConnections): QueueOptions {
  return {
    prefix: redis.prefix,
    settings: SETTINGS,
    createClient: (type) => {
      if (type === 'client') return redis.commands();
      return type === 'subscriber' ? redis.subscriber() : redis.blocking();
    },
  };
}
