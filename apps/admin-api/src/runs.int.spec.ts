import { newId } from '@app/kernel';
import type { Listing, RunDetail, RunRow } from '@app/contracts';
import {
  makePerson,
  makeTenant,
  startAdminApp,
  TestBrowser,
  type AdminTestApp,
  type TestTenant,
} from './testing/admin-app';
import { makeEvent, makeLiveRun, makeProject, makeRun } from './testing/history';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe('runs in the app', () => {
  let app: AdminTestApp;
  let tenant: TestTenant;
  let browser: TestBrowser;

  beforeAll(async () => {
    app = await startAdminApp();
    // History of some days: partitions are made as the maintenance would have made them.
    await app.db.query(`SELECT hot.ensure_partitions(-1::smallint, now() - interval '40 days', now())`);
  });
  beforeEach(async () => {
    tenant = await makeTenant(app.db);
    browser = new TestBrowser(app);
    await browser.signIn(await makePerson(app.db, [{ tenant, role: 'member' }]));
  });
  afterAll(() => app.app.close());

  async function list(query = ''): Promise<Listing<RunRow>> {
    const response = await browser.get(`${tenant.base}/runs${query}`);
    expect([response.statusCode, response.body.slice(0, 300)]).toEqual([200, expect.any(String)]);
    return response.json() as Listing<RunRow>;
  }
  const ids = (page: Listing<RunRow>): string[] => page.data.map(({ run_id }) => run_id);

  async function many(count: number): Promise<string[]> {
    const runIds: string[] = [];
    for (let i = 0; i < count; i++) {
      const atMs = Date.now() - (i + 1) * MINUTE;
      const event = await makeEvent(app.db, tenant, { atMs });
      runIds.push(
        (
          await makeRun(app.db, tenant, event, {
            atMs: atMs + 1,
            status: i % 3 === 0 ? 'failed' : 'succeeded',
          })
        ).runId,
      );
    }
    return runIds;
  }

  it('are live and finished ones in one list, newest first', async () => {
    const done = await makeRun(
      app.db,
      tenant,
      await makeEvent(app.db, tenant, { atMs: Date.now() - MINUTE }),
      {
        status: 'failed',
      },
    );
    const waiting = await makeLiveRun(app.db, tenant, await makeEvent(app.db, tenant), { waiting: true });
    const running = await makeLiveRun(app.db, tenant, await makeEvent(app.db, tenant));
    const page = await list();
    expect(ids(page)).toEqual([running.runId, waiting.runId, done.runId]);
    expect(page.data.map(({ status }) => status)).toEqual(['running', 'pending_retry', 'failed']);
    expect(page.pagination).toMatchObject({
      total: 3,
      total_is_capped: false,
      has_more: false,
      next_cursor: null,
    });
    const [first, second, third] = page.data;
    expect(first).toMatchObject({
      stopped_at: null,
      duration_us: null,
      event_type: 'order:created',
      attempt: 1,
    });
    expect(second).toMatchObject({ duration_us: 900, error_preview: 'card declined' });
    expect(second?.next_attempt_at).not.toBeNull();
    expect(third).toMatchObject({
      error_preview: 'card declined',
      waiting_us: 700,
      event_type: 'order:created',
    });
  });

  it('are paged by cursor in both directions, while others are added', async () => {
    const all = await many(7);
    const first = await list('?limit=3');
    expect(ids(first)).toEqual(all.slice(0, 3));
    await makeRun(app.db, tenant, await makeEvent(app.db, tenant));
    const second = await list(`?limit=3&cursor=${first.pagination.next_cursor}`);
    expect(ids(second)).toEqual(all.slice(3, 6));
    const third = await list(`?limit=3&cursor=${second.pagination.next_cursor}`);
    expect(ids(third)).toEqual(all.slice(6));
    expect(third.pagination).toMatchObject({ has_more: false, next_cursor: null, total: 8 });
    const back = await list(`?limit=3&cursor=${third.pagination.prev_cursor}`);
    expect(ids(back)).toEqual(all.slice(3, 6));
  });

  it('are found by status, type, project and function, with counts that agree', async () => {
    const shop = await makeProject(app.db, tenant, 'shop');
    const event = await makeEvent(app.db, tenant);
    const a = await makeRun(app.db, tenant, event, {
      projectId: shop,
      status: 'failed',
      functionName: '::shop/pay',
    });
    const b = await makeRun(app.db, tenant, event, { runType: 1, functionName: '::tools/ping' });
    const c = await makeRun(app.db, tenant, event, {
      projectId: shop,
      status: 'cancelled',
      functionName: '::shop/ship',
    });
    await makeRun(app.db, tenant, event, { runType: 7 });
    expect(ids(await list('?status=failed'))).toEqual([a.runId]);
    expect(ids(await list('?status=failed,cancelled')).sort()).toEqual([a.runId, c.runId].sort());
    expect(ids(await list('?status=!failed')).sort()).toEqual([b.runId, c.runId].sort());
    expect(ids(await list('?type=call'))).toEqual([b.runId]);
    expect(ids(await list('?project=shop&status=cancelled'))).toEqual([c.runId]);
    expect(ids(await list('?project=!shop'))).toEqual([b.runId]);
    expect(ids(await list('?function=PAY'))).toEqual([a.runId]);
    expect(ids(await list('?q=tools'))).toEqual([b.runId]);
    expect((await list('?project=unknown')).pagination.total).toBe(0);
    const page = await list('?project=shop&include=facets');
    expect(page.pagination.total).toBe(2);
    expect(page.facets).toEqual({
      status: expect.arrayContaining([
        { value: 'failed', count: 1 },
        { value: 'cancelled', count: 1 },
      ]),
      type: [{ value: 'event', count: 2 }],
      project: [{ value: 'shop', count: 2 }],
    });
    const searched = await list('?q=shop&include=facets');
    expect([searched.pagination.total, searched.pagination.total_is_capped]).toEqual([2, false]);
  });

  it('are found by id, by its beginning or its end, however old, and by the ids of event and stream', async () => {
    const event = await makeEvent(app.db, tenant, { atMs: Date.now() - 20 * DAY });
    const run = await makeRun(app.db, tenant, event);
    expect(ids(await list())).toEqual([]);
    for (const q of [
      run.runId,
      run.runId.replaceAll('-', '').toUpperCase(),
      run.runId.slice(0, 18),
      event.eventId,
      event.streamId,
    ]) {
      expect([q, ids(await list(`?q=${q}`))]).toEqual([q, [run.runId]]);
    }
    expect(ids(await list(`?t=30d&q=${run.runId.slice(-12)}`))).toEqual([run.runId]);
    const other = await makeTenant(app.db);
    const foreign = await makeRun(app.db, other, await makeEvent(app.db, other));
    expect(ids(await list(`?q=${foreign.runId}`))).toEqual([]);
  });

  it('keep to the range, and totals to what is listed', async () => {
    const now = Date.now();
    for (const age of [1, 30, 90, 60 * 30, 60 * 80]) {
      const atMs = now - age * MINUTE;
      await makeRun(app.db, tenant, await makeEvent(app.db, tenant, { atMs }), { atMs: atMs + 1 });
    }
    // What the maintenance does with minutes of the day before yesterday.
    await app.db.execute(
      `UPDATE hot.run_bucket SET granularity = 2, bucket_start = date_trunc('hour', bucket_start, 'UTC')
        WHERE env_id = $1 AND granularity = 1 AND bucket_start < date_trunc('hour', now() - interval '48 hours', 'UTC')`,
      [tenant.envId],
    );
    const iso = (age: number): string => encodeURIComponent(new Date(now - age * MINUTE).toISOString());
    for (const [query, expected] of [
      ['?t=15m', 1],
      ['?t=1h', 2],
      ['?t=24h', 3],
      ['?t=3d', 4],
      ['?t=7d', 5],
      ['?t=all', 5],
      [`?from=${iso(100)}&to=${iso(10)}`, 2],
      [`?from=${iso(60 * 80 + 1)}&to=${iso(60 * 79)}`, 1],
      [`?from=${iso(60 * 79)}`, 4],
    ] as const) {
      const page = await list(query);
      expect([query, page.data.length, page.pagination.total]).toEqual([query, expected, expected]);
    }
  });

  it('are sorted by how long they took', async () => {
    const event = await makeEvent(app.db, tenant);
    const slow = await makeRun(app.db, tenant, event, { durationUs: 9000 });
    const fast = await makeRun(app.db, tenant, event, { durationUs: 10 });
    expect(ids(await list('?sort=-duration'))).toEqual([slow.runId, fast.runId]);
    expect(ids(await list('?sort=duration'))).toEqual([fast.runId, slow.runId]);
    expect(ids(await list('?sort=started'))).toHaveLength(2);
  });

  it('refuse what cannot be meant', async () => {
    for (const query of ['?status=exploded', '?t=x', '?sort=colour', '?limit=ten', '?cursor=abc']) {
      expect([query, (await browser.get(`${tenant.base}/runs${query}`)).statusCode]).toEqual([query, 400]);
    }
  });

  it('reach deep offsets through the counters: the same rows as by walking', async () => {
    const all = await many(600);
    const page = await list('?limit=10&offset=560');
    expect(ids(page)).toEqual(all.slice(560, 570));
    expect(ids(await list('?limit=10&offset=595'))).toEqual(all.slice(595));
    expect(ids(await list('?limit=5&offset=120&status=failed'))).toEqual(
      all.filter((_, i) => i % 3 === 0).slice(120, 125),
    );
  }, 60_000);

  describe('one run', () => {
    const detail = async (runId: string): Promise<RunDetail> =>
      ((await browser.get(`${tenant.base}/runs/${runId}`)).json() as { data: RunDetail }).data;

    it('shows its failure, its cause and what can be done', async () => {
      const keyId = newId();
      const accessId = newId();
      await app.db.execute(
        `INSERT INTO hot.api_key (api_key_id, env_id, description, key_data, permissions, active, created_by_user_id)
         VALUES ($1, $2, 'CI', '{}', '{}', false, $3)`,
        [keyId, tenant.envId, newId()],
      );
      await app.db.execute(
        `INSERT INTO hot.access (access_id, retention_class, env_id, api_key_id, ip_address, user_agent, method, path)
         VALUES ($1, -1, $2, $3, '10.0.0.1', 'curl', 'POST', '/v1/events')`,
        [accessId, tenant.envId, keyId],
      );
      const run = await makeRun(app.db, tenant, await makeEvent(app.db, tenant), { status: 'failed' });
      await app.db.execute(`UPDATE hot.run SET access_id = $2 WHERE run_id = $1`, [run.runId, accessId]);
      const shown = await detail(run.runId);
      expect(shown.failure).toMatchObject({ message: 'card declined', kind: 'failure' });
      expect(shown.attribution).toMatchObject({
        kind: 'api_key',
        name: 'CI',
        revoked: true,
        ip: '10.0.0.1',
        path: '/v1/events',
      });
      const serviceKeyId = newId();
      await app.db.execute(
        `INSERT INTO hot.service_key (service_key_id, api_key_id, env_id, name, secret_hash, permissions)
         VALUES ($1, $2, $3, 'Blue Kite', '', '{}')`,
        [serviceKeyId, keyId, tenant.envId],
      );
      await app.db.execute(
        'UPDATE hot.access SET api_key_id = NULL, service_key_id = $2 WHERE access_id = $1',
        [accessId, serviceKeyId],
      );
      const expected = { kind: 'service_key', id: serviceKeyId, name: 'Blue Kite', ip: '10.0.0.1' };
      expect((await detail(run.runId)).attribution).toMatchObject({ ...expected, revoked: true });
      await app.db.execute('UPDATE hot.api_key SET active = true WHERE api_key_id = $1', [keyId]);
      expect((await detail(run.runId)).attribution).toMatchObject({ ...expected, revoked: false });
      expect(shown.has_input && shown.has_result).toBe(true);
      expect(shown.can.cancel).toEqual({ ok: false, reason: 'The run has finished' });
      expect(shown.can.retry.ok).toBe(false);
    });

    it('tells that it began again without an attempt of its own, and why', async () => {
      const run = await makeRun(app.db, tenant, await makeEvent(app.db, tenant));
      expect((await detail(run.runId)).notes).toEqual([]);
      const restart = { at: '2026-01-01T00:00:00.000Z', reason: 'the isolate ran out of memory' };
      await app.db.execute(`UPDATE hot.run SET info = $2 WHERE run_id = $1`, [
        run.runId,
        JSON.stringify({ restarts: [restart, restart] }),
      ]);
      expect((await detail(run.runId)).notes).toEqual([
        'Begun again 2 time(s), not by its own fault: the isolate ran out of memory. What it had sent before may be there twice',
      ]);
    });

    it('shows its values as they were stored, large ones cut, whole ones as a file', async () => {
      const data = `{"b":1.10,"a":12345678901234567890,"long":"${'x'.repeat(300_000)}"}`;
      const run = await makeRun(app.db, tenant, await makeEvent(app.db, tenant, { data }), {
        result: '{"z":1,"a":2.0}',
      });
      const input = (await browser.get(`${tenant.base}/runs/${run.runId}/input`)).json().data;
      expect(input).toMatchObject({ bytes: data.length, truncated: true });
      expect(input.json.startsWith('{"b":1.10,"a":12345678901234567890,')).toBe(true);
      const raw = await browser.get(`${tenant.base}/runs/${run.runId}/input/raw`);
      expect(raw.body).toBe(data);
      expect(raw.headers['content-disposition']).toBe(`attachment; filename="run-${run.runId}-input.json"`);
      const result = (await browser.get(`${tenant.base}/runs/${run.runId}/result`)).json().data;
      expect(result).toEqual({ json: '{"z":1,"a":2.0}', bytes: 15, truncated: false });
    });

    it('shows only the arguments of a call', async () => {
      const event = await makeEvent(app.db, tenant, {
        type: 'hot:call',
        data: '{"fn":"::a/b","args":[ 1.0, {"x":2} ]}',
      });
      const run = await makeRun(app.db, tenant, event, { runType: 1 });
      const input = (await browser.get(`${tenant.base}/runs/${run.runId}/input`)).json().data;
      expect(input.json).toBe('[ 1.0, {"x":2} ]');
    });

    it('leads up to what it came from and down to what came of it', async () => {
      const top = await makeRun(app.db, tenant, await makeEvent(app.db, tenant));
      const sent = await makeEvent(app.db, tenant, { originRunId: top.runId, streamId: top.streamId });
      const failed = await makeRun(app.db, tenant, sent, { status: 'failed', originRunId: top.runId });
      const again = await makeRun(app.db, tenant, sent, {
        attempt: 1,
        retryOf: failed.runId,
        originRunId: top.runId,
      });
      const below = await makeRun(
        app.db,
        tenant,
        await makeEvent(app.db, tenant, { originRunId: again.runId }),
        {
          originRunId: again.runId,
        },
      );
      for (const start of [top, failed, again, below]) {
        const { nodes } = (await browser.get(`${tenant.base}/runs/${start.runId}/hierarchy`)).json().data;
        expect(nodes.map(({ run_id }: { run_id: string }) => run_id).sort()).toEqual(
          [top, failed, again, below].map(({ runId }) => runId).sort(),
        );
      }
    });

    it('is asked to stop once, and an attempt that waits is taken back', async () => {
      const running = await makeLiveRun(app.db, tenant, await makeEvent(app.db, tenant));
      expect((await detail(running.runId)).can.cancel).toEqual({ ok: true });
      expect((await browser.post(`${tenant.base}/runs/${running.runId}/cancel`)).statusCode).toBe(202);
      expect((await detail(running.runId)).can.cancel.ok).toBe(false);
      const waiting = await makeLiveRun(app.db, tenant, await makeEvent(app.db, tenant), { waiting: true });
      expect((await browser.post(`${tenant.base}/runs/${waiting.runId}/cancel`)).statusCode).toBe(202);
      expect((await detail(waiting.runId)).status).toBe('cancelled');
      expect((await browser.post(`${tenant.base}/runs/${waiting.runId}/cancel`)).statusCode).toBe(409);
    });

    it('is retried once, in the same stream, on behalf of who asked', async () => {
      const run = await makeRun(app.db, tenant, await makeEvent(app.db, tenant), { status: 'failed' });
      const first = await browser.post(`${tenant.base}/runs/${run.runId}/retry`);
      expect([first.statusCode, first.json().data]).toEqual([
        202,
        { event_id: run.eventId, stream_id: run.streamId },
      ]);
      expect((await browser.post(`${tenant.base}/runs/${run.runId}/retry`)).statusCode).toBe(409);
      expect((await detail(run.runId)).can.retry.reason).toContain('already on its way');
      const ok = await makeRun(app.db, tenant, await makeEvent(app.db, tenant));
      expect((await browser.post(`${tenant.base}/runs/${ok.runId}/retry`)).statusCode).toBe(409);
    });

    it('is run again in a new stream, with the same input or another one', async () => {
      const event = await makeEvent(app.db, tenant, { data: '{"n":1.50}' });
      const run = await makeRun(app.db, tenant, event, { projectId: await makeProject(app.db, tenant) });
      const url = `${tenant.base}/runs/${run.runId}/rerun`;
      const copy = (await browser.post(url, {})).json().data;
      expect(copy.stream_id).not.toBe(run.streamId);
      const edited = (await browser.post(url, { input: '{"n":2.50}' })).json().data;
      const rows = await app.db.query<{ event_data: string; routing: string; source: number }>(
        `SELECT event_data, routing, source FROM hot.event WHERE event_id = ANY ($1) ORDER BY event_id`,
        [[copy.event_id, edited.event_id]],
      );
      expect(rows.map(({ event_data }) => event_data)).toEqual(['{"n":1.50}', '{"n":2.50}']);
      expect(rows.map(({ source }) => source)).toEqual([4, 4]);
      expect(JSON.parse(rows[0]?.routing ?? '{}')).toMatchObject({ rerunOf: run.runId });
      expect((await browser.post(url, { input: '{broken' })).statusCode).toBe(400);
    });
  });
});
