import { TestCompiler } from '@app/builds/testing';
import { WorkerLease } from '@app/dispatch/worker';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWorker, type WorkerApp } from './create-worker';

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

describe('health of a worker', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  const dataDir = mkdtempSync(join(tmpdir(), 'hot-worker-'));
  let port: number;
  let worker: WorkerApp;

  beforeAll(async () => {
    port = await freePort();
    worker = await createWorker(
      {
        DATABASE_URL: database.url,
        REDIS_URL: redis.url,
        HOT_REDIS_PREFIX: `${redis.prefix}health`,
        HOT_DATA_DIR: dataDir,
        HOT_MODE: 'development',
        HOT_ENCRYPTION_KEY: 'b'.repeat(64),
        HOT_WORKER_HEALTH_HOST: '127.0.0.1',
        HOT_WORKER_HEALTH_PORT: String(port),
      },
      TestCompiler,
      false,
    );
    await worker.app.init();
    await worker.worker.start();
  }, 30_000);
  afterAll(async () => {
    await worker.app.close();
    rmSync(dataDir, { recursive: true, force: true });
  }, 30_000);

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers });

  it('is alive, and ready while it has its lease', async () => {
    expect(await (await get('/healthz/live')).json()).toEqual({ status: 'ok' });
    const ready = await get('/healthz/ready');
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'ok', checks: { database: 'ok', migrations: 'ok', redis: 'ok', lease: 'ok' } },
    ]);
    expect(ready.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect((await get('/other')).status).toBe(404);
  });

  it('tells what waits, what runs and what the sandbox does', async () => {
    const text = await (await get('/metrics')).text();
    for (const line of [
      'hot_worker_lease_held 1',
      'hot_workers 1',
      'hot_dispatch_rows{state="queued"} 0',
      'hot_dispatch_rows{state="dead_letter"} 0',
      'hot_dispatch_oldest_due_seconds 0',
      'hot_queue_tickets{state="waiting"} 0',
      'hot_sandbox_children{pool="runs"} 0',
      'hot_sandbox_runs{pool="tasks"} 0',
      'hot_sandbox_child_kills_total',
      'hot_redis_up 1',
    ]) {
      expect([line, text.split('\n').some((each) => each.startsWith(line))]).toEqual([line, true]);
    }
    expect((await get('/metrics', { 'x-forwarded-for': '1.2.3.4' })).status).toBe(403);
  });

  it('is not ready without its lease', async () => {
    await worker.app.get(WorkerLease).stop();
    await eventually(async () => {
      const ready = await get('/healthz/ready');
      expect([ready.status, (await ready.json()) as object]).toMatchObject([
        503,
        { status: 'unavailable', checks: { database: 'ok', lease: 'not held' } },
      ]);
    });
  });
});
