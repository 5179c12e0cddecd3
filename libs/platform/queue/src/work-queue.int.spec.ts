import { ConfigModule } from '@app/platform/config';
import { RedisConnections, RedisModule } from '@app/platform/redis';
import { eventually, useRedis } from '@app/testing';
import { Test, type TestingModule } from '@nestjs/testing';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { defineQueue, MemoryWorkQueue, QueueModule, workQueueToken, type WorkQueue } from './index';

interface Numbered {
  readonly n: number;
}

interface Driver {
  open(): Promise<WorkQueue<Numbered>>;
  close(): Promise<void>;
}

const redis = useRedis();
const payload = z.object({ n: z.number() });

function memory(): Driver {
  return {
    open: async () => new MemoryWorkQueue(defineQueue({ name: 'numbers', payload })),
    close: async () => undefined,
  };
}

function bull(): Driver {
  let app: TestingModule | undefined;
  return {
    open: async () => {
      const numbers = defineQueue({ name: `numbers-${randomUUID()}`, payload });
      app = await Test.createTestingModule({
        imports: [
          ConfigModule.forRoot({
            REDIS_URL: redis.url,
            HOT_REDIS_PREFIX: redis.prefix,
            DATABASE_URL: 'postgres://x',
          }),
          RedisModule,
          QueueModule.forRoot([numbers]),
        ],
      }).compile();
      await app.init();
      const connections = app.get(RedisConnections);
      await connections.whenUp(2_000);
      return app.get<WorkQueue<Numbered>>(workQueueToken(numbers.name));
    },
    close: async () => app?.close(),
  };
}

describe.each([
  ['memory', memory],
  ['bull', bull],
])('the %s queue', (_name, make) => {
  let driver: Driver;
  let queue: WorkQueue<Numbered>;
  let seen: number[];

  beforeEach(async () => {
    driver = make();
    queue = await driver.open();
    seen = [];
  });
  afterEach(() => driver.close());

  const record = async ({ n }: Numbered) => void seen.push(n);

  it('hands out what was added before and after the consumer began', async () => {
    await queue.add({ n: 1 });
    queue.process(2, record);
    await queue.addMany([{ n: 2 }, { n: 3 }]);
    await eventually(() => expect([...seen].sort()).toEqual([1, 2, 3]));
  });

  it('keeps nothing of a job that is done or failed', async () => {
    queue.process(1, async ({ n }) => {
      await record({ n });
      if (n === 1) throw new Error('the handler is broken');
    });
    await queue.addMany([{ n: 1 }, { n: 2 }]);
    await eventually(() => expect(seen).toEqual([1, 2]));
    await eventually(async () => expect(await queue.counts()).toEqual({ waiting: 0, active: 0 }));
  });

  it('drops a job whose key is waiting, and takes the key again afterwards', async () => {
    await queue.add({ n: 1 }, { dedupeKey: 'a' });
    await queue.add({ n: 2 }, { dedupeKey: 'a' });
    queue.process(1, record);
    await eventually(() => expect(seen).toEqual([1]));
    await eventually(async () => expect((await queue.counts()).active).toBe(0));
    await queue.add({ n: 3 }, { dedupeKey: 'a' });
    await eventually(() => expect(seen).toEqual([1, 3]));
  });

  it('runs no more handlers at once than it may', async () => {
    let now = 0;
    let most = 0;
    queue.process(3, async ({ n }) => {
      most = Math.max(most, (now += 1));
      await new Promise((resolve) => setTimeout(resolve, 20));
      now -= 1;
      seen.push(n);
    });
    await queue.addMany(Array.from({ length: 12 }, (_, n) => ({ n })));
    await eventually(() => expect(seen).toHaveLength(12));
    expect(most).toBe(3);
  });

  it('waits for the handlers going on when it stops, and takes no more', async () => {
    queue.process(1, async ({ n }) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      seen.push(n);
    });
    await queue.addMany([{ n: 1 }, { n: 2 }]);
    await eventually(async () => expect((await queue.counts()).active).toBe(1));
    await queue.stop();
    expect(seen).toEqual([1]);
    expect(await queue.counts()).toEqual({ waiting: 1, active: 0 });
  });
});
