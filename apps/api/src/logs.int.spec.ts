import { TestCompiler } from '@app/builds/testing';
import { JsonLogger } from '@app/platform/telemetry';
import { useDatabase, useRedis } from '@app/testing';
import { Logger } from '@nestjs/common';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HttpApp } from '@app/platform/http';
import { createApi } from './create-api';

describe('logs of the API', () => {
  const database = useDatabase();
  const redis = useRedis();
  const dataDir = mkdtempSync(join(tmpdir(), 'hot-logs-'));
  const written: string[] = [];
  let http: HttpApp;

  beforeAll(async () => {
    http = await createApi(
      {
        DATABASE_URL: database.url,
        REDIS_URL: redis.url,
        HOT_REDIS_PREFIX: redis.prefix,
        HOT_DATA_DIR: dataDir,
        HOT_MODE: 'development',
        HOT_ENCRYPTION_KEY: 'b'.repeat(64),
      },
      TestCompiler,
      { logger: new JsonLogger('api', 'debug', (line) => void written.push(line)) },
    );
    await http.app.init();
    await http.server.ready();
  });
  afterAll(async () => {
    await http.app.close();
    Logger.overrideLogger(false);
    rmSync(dataDir, { recursive: true, force: true });
  });

  const lines = (): readonly Record<string, unknown>[] =>
    written.map((line) => JSON.parse(line) as Record<string, unknown>);

  it('name the request by the id that its answer carries, once answered and once refused', async () => {
    const answer = await http.server.inject({ method: 'GET', url: '/v1/env' });
    const id = answer.headers['x-request-id'];
    const mine = lines().filter((line) => line['requestId'] === id);
    expect(mine.map((line) => line['event'])).toEqual(['http.refused', 'http.answered']);
    expect(mine[0]).toMatchObject({ level: 'debug', app: 'api', code: 'unauthorized', route: '/v1/env' });
    expect(mine[1]).toMatchObject({ method: 'GET', route: '/v1/env', status: 401, ms: expect.any(Number) });
  });

  it('are one line of JSON each, and hold no token, no path and no query', async () => {
    const token = `hot_${'1'.repeat(32)}_${'2'.repeat(64)}`;
    await http.server.inject({
      method: 'POST',
      url: '/webhook/acme/production/pay/in/s3cret-token?key=s3cret-query',
      headers: { authorization: `Bearer ${token}`, cookie: 'a=s3cret-cookie' },
      payload: 's3cret-body',
    });
    await http.server.inject({
      method: 'GET',
      url: '/v1/projects/s3cret-name',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(lines().length).toBeGreaterThan(2);
    const all = written.join('');
    expect(all).not.toContain('s3cret');
    expect(all).not.toContain(token);
    expect(written.every((line) => line.endsWith('\n') && !line.slice(0, -1).includes('\n'))).toBe(true);
  });
});
