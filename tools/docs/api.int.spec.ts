import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManifestOnlyCompiler } from '@app/builds';
import { ERROR_CODES } from '@app/kernel';
import type { HttpApp } from '@app/platform/http';
import { useDatabase, useRedis } from '@app/testing';
import { createApi } from '../../apps/api/src/create-api';
import { documentOf, markdownTable } from './document';
import { operationTables, type OpenApiPaths } from './operations';

function errorTable(): string {
  const byStatus = Object.groupBy(Object.entries(ERROR_CODES), ([, { status }]) => status);
  const rows = Object.entries(byStatus).map(([status, codes = []]) => [
    status,
    codes.map(([code]) => `\`${code}\``).join(', '),
  ]);
  return markdownTable(['Status', 'Codes'], rows);
}

describe('docs/api.md', () => {
  const database = useDatabase();
  const redis = useRedis();
  const dataDir = mkdtempSync(join(tmpdir(), 'hot-docs-'));
  let http: HttpApp;

  beforeAll(async () => {
    const environment = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      HOT_REDIS_PREFIX: redis.prefix,
      HOT_DATA_DIR: dataDir,
      HOT_ENCRYPTION_KEY: 'c'.repeat(64),
    };
    http = await createApi(environment, ManifestOnlyCompiler, { logger: false });
    await http.app.init();
    await http.server.ready();
  });
  afterAll(async () => {
    await http.app.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('lists the operations and error codes there are; after a change: UPDATE_DOCS=1', async () => {
    const answer = await http.server.inject({ url: '/openapi.json' });
    const { actual, expected } = await documentOf('docs/api.md', {
      operations: operationTables(answer.json<OpenApiPaths>()),
      errors: errorTable(),
    });
    expect(actual).toBe(expected);
  });
});
