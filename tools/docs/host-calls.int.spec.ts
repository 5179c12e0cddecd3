import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManifestOnlyCompiler } from '@app/builds';
import { HostFunctions } from '@app/runs/worker';
import { useDatabase, useRedis } from '@app/testing';
import { localCallNames } from '../../apps/cli/src/local/local-runs';
import { createWorker, type WorkerApp } from '../../apps/worker/src/create-worker';
import { documentOf } from './document';
import { HOST_CALLS, hostCallTable, OTHER_WAYS, otherWaysTable } from './host-calls';

const FILE = 'docs/language/host-calls.md';

describe(FILE, () => {
  const database = useDatabase();
  const redis = useRedis();
  const dataDir = mkdtempSync(join(tmpdir(), 'hot-docs-'));
  let worker: WorkerApp;
  let names: readonly string[];

  beforeAll(async () => {
    const environment = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      HOT_REDIS_PREFIX: redis.prefix,
      HOT_DATA_DIR: dataDir,
      HOT_ENCRYPTION_KEY: 'c'.repeat(64),
    };
    worker = await createWorker(environment, ManifestOnlyCompiler, false);
    ({ names } = worker.app.get(HostFunctions, { strict: false }));
  });
  afterAll(async () => {
    await worker.app.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('tells which calls worker and command line answer; after a change: UPDATE_DOCS=1', async () => {
    const { actual, expected } = await documentOf(FILE, {
      calls: hostCallTable(new Set(names), new Set(localCallNames())),
      others: otherWaysTable(),
    });
    expect(actual).toBe(expected);
  });

  it('leaves out none that is answered, and names none twice', () => {
    const rows = HOST_CALLS.map(({ name }) => name);
    expect(rows).toEqual(expect.arrayContaining([...names, ...localCallNames()]));
    const all = [...rows, ...OTHER_WAYS.map(({ name }) => name)];
    expect(new Set(all).size).toBe(all.length);
  });
});
