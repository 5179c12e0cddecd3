import { zstdCompressSync } from 'node:zlib';
import { CALL_ERROR, CALL_HAS_ARGS, CALL_HAS_RESULT, type CallValues, type Trace } from '@app/contracts';
import {
  makePerson,
  makeTenant,
  startAdminApp,
  TestBrowser,
  type AdminTestApp,
  type TestTenant,
} from './testing/admin-app';
import { makeEvent, makeLiveRun, makeRun } from './testing/history';

const line = (...fields: readonly unknown[]): string => `${JSON.stringify(fields)}\n`;
const FIRST =
  line('n', 0, '::shop/confirm') +
  line('n', 1, 'charge') +
  line('s', 3, 'src/shop.hot', 41, 9) +
  line('c', 2, 1, 1, 3, 1, 10, 20, '["visa"]', null, '"card declined"');
const LAST = line('c', 1, 0, 0, -1, 0, 0, 100, '[{"id":1}]', '{"ok":true}', null);

describe('traces in the app', () => {
  let app: AdminTestApp;
  let tenant: TestTenant;
  let browser: TestBrowser;

  beforeAll(async () => {
    app = await startAdminApp();
  });
  beforeEach(async () => {
    tenant = await makeTenant(app.db);
    browser = new TestBrowser(app);
    await browser.signIn(await makePerson(app.db, [{ tenant, role: 'member' }]));
  });
  afterAll(() => app.app.close());

  const finishedRun = async (): Promise<string> =>
    (await makeRun(app.db, tenant, await makeEvent(app.db, tenant))).runId;

  async function read<T>(path: string): Promise<T> {
    const response = await browser.get(`${tenant.base}/runs/${path}`);
    expect([response.statusCode, response.body.slice(0, 300)]).toEqual([200, expect.any(String)]);
    return (response.json() as { readonly data: T }).data;
  }

  it('are read from the row of a small run', async () => {
    const runId = await finishedRun();
    await app.db.execute(`UPDATE hot.run SET trace = $1, call_count = 2 WHERE run_id = $2`, [
      FIRST + LAST,
      runId,
    ]);
    expect(await read<Trace>(`${runId}/trace`)).toMatchObject({
      state: 'available',
      names: ['::shop/confirm', 'charge'],
      parent: [-1, 0],
      flags: [CALL_HAS_ARGS | CALL_HAS_RESULT, CALL_HAS_ARGS | CALL_ERROR],
      files: ['src/shop.hot'],
      line: [0, 41],
    });
  });

  it('are put together from compressed and raw segments, with values on request only', async () => {
    const runId = await finishedRun();
    const segments = [
      Buffer.concat([Buffer.of(2), zstdCompressSync(FIRST)]),
      Buffer.concat([Buffer.of(1), Buffer.from(LAST)]),
    ];
    for (const [seq, data] of segments.entries()) {
      await app.db.execute(
        `INSERT INTO hot.trace_segment (run_id, retention_class, seq, data) VALUES ($1, -1, $2, $3)`,
        [runId, seq, data],
      );
    }
    const response = await browser.get(`${tenant.base}/runs/${runId}/trace`);
    expect(response.body).not.toContain('visa');
    expect(await read<CallValues>(`${runId}/calls/1`)).toEqual({
      args: '["visa"]',
      result: null,
      error: '"card declined"',
    });
    expect((await browser.get(`${tenant.base}/runs/${runId}/calls/2`)).statusCode).toBe(404);
    expect((await browser.get(`${tenant.base}/runs/${runId}/calls/x`)).statusCode).toBe(400);
  });

  it('say why there is none', async () => {
    const running = await makeLiveRun(app.db, tenant, await makeEvent(app.db, tenant));
    expect((await read<Trace>(`${running.runId}/trace`)).state).toBe('collecting');
    const quiet = await finishedRun();
    expect((await read<Trace>(`${quiet}/trace`)).state).toBe('available');
    await app.db.execute(`UPDATE hot.run SET call_count = 5 WHERE run_id = $1`, [quiet]);
    expect((await read<Trace>(`${quiet}/trace`)).state).toBe('not_recorded');
    await app.db.execute(`UPDATE hot.run SET trace_bytes = 900 WHERE run_id = $1`, [quiet]);
    expect((await read<Trace>(`${quiet}/trace`)).state).toBe('expired');
  });

  it('belong to their environment', async () => {
    const other = await makeTenant(app.db);
    const foreign = await makeRun(app.db, other, await makeEvent(app.db, other));
    await app.db.execute(`UPDATE hot.run SET trace = $1 WHERE run_id = $2`, [FIRST + LAST, foreign.runId]);
    for (const path of ['trace', 'calls/0']) {
      expect((await browser.get(`${tenant.base}/runs/${foreign.runId}/${path}`)).statusCode).toBe(404);
    }
  });
});
