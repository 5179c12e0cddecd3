import { newId } from '@app/kernel';
import type {
  Dashboard,
  EventDetail,
  EventRow,
  Listing,
  StreamDataRow,
  StreamDetail,
  StreamMember,
  StreamRow,
} from '@app/contracts';
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

describe('events, streams and the dashboard of the app', () => {
  let app: AdminTestApp;
  let tenant: TestTenant;
  let browser: TestBrowser;

  beforeAll(async () => {
    app = await startAdminApp();
    await app.db.query(`SELECT hot.ensure_partitions(-1::smallint, now() - interval '40 days', now())`);
  });
  beforeEach(async () => {
    tenant = await makeTenant(app.db);
    browser = new TestBrowser(app);
    await browser.signIn(await makePerson(app.db, [{ tenant, role: 'member' }]));
  });
  afterAll(() => app.app.close());

  async function get<T>(path: string): Promise<T> {
    const response = await browser.get(`${tenant.base}${path}`);
    expect([path, response.statusCode, response.statusCode === 200 ? '' : response.body]).toEqual([
      path,
      200,
      '',
    ]);
    return response.json() as T;
  }
  const events = (query = ''): Promise<Listing<EventRow>> => get(`/events${query}`);
  const types = async (query: string): Promise<string[]> =>
    (await events(query)).data.map(({ type }) => type);

  describe('events', () => {
    it('say whether anything reacted, and how', async () => {
      const handled = await makeEvent(app.db, tenant, { type: 'a', atMs: Date.now() - 3 * MINUTE });
      const failed = await makeRun(app.db, tenant, handled, { status: 'failed', functionName: '::x/one' });
      await makeRun(app.db, tenant, handled, {
        functionName: '::x/one',
        attempt: 1,
        retryOf: failed.runId,
        atMs: Date.now(),
      });
      await makeRun(app.db, tenant, handled, { status: 'failed', functionName: '::x/two' });
      await makeLiveRun(app.db, tenant, handled);
      await makeEvent(app.db, tenant, { type: 'b', state: 'unhandled', atMs: Date.now() - 2 * MINUTE });
      await makeEvent(app.db, tenant, { type: 'c', state: 'pending', atMs: Date.now() - MINUTE });
      const page = await events('?include=facets');
      expect(page.data.map(({ type, state, handlers }) => [type, state, handlers])).toEqual([
        ['c', 'pending', { matched: 0, ok: 0, failed: 0, open: 0 }],
        ['b', 'unhandled', { matched: 0, ok: 0, failed: 0, open: 0 }],
        ['a', 'handled', { matched: 3, ok: 1, failed: 1, open: 1 }],
      ]);
      expect(page.facets?.['state']).toEqual([
        { value: 'handled', count: 1 },
        { value: 'unhandled', count: 1 },
        { value: 'pending', count: 1 },
      ]);
      expect(page.pagination.total).toBe(3);
    });

    it('are found by state, type, beginning of the type, source, text and id', async () => {
      const one = await makeEvent(app.db, tenant, { type: 'user:created', state: 'unhandled' });
      await makeEvent(app.db, tenant, { type: 'user:deleted', source: 2 });
      await makeEvent(app.db, tenant, { type: 'order:created', state: 'pending' });
      expect(await types('?state=unhandled')).toEqual(['user:created']);
      expect(await types('?state=pending')).toEqual(['order:created']);
      expect((await types('?state=unhandled,pending')).sort()).toEqual(['order:created', 'user:created']);
      expect(await types('?state=handled')).toEqual(['user:deleted']);
      expect((await types('?type=user:*')).sort()).toEqual(['user:created', 'user:deleted']);
      expect(await types('?type=!user:*')).toEqual(['order:created']);
      expect(await types('?source=code')).toEqual(['user:deleted']);
      expect((await types('?q=CREATED')).sort()).toEqual(['order:created', 'user:created']);
      expect(await types(`?q=${one.eventId}`)).toEqual(['user:created']);
      expect(await types(`?q=${one.streamId}`)).toEqual(['user:created']);
      for (const [query, total] of [
        ['?state=unhandled', 1],
        ['?state=handled', 1],
        ['?type=user:*', 2],
        ['?source=code', 1],
        ['?q=nothing', 0],
      ] as const) {
        expect([query, (await events(query)).pagination.total]).toEqual([query, total]);
      }
    });

    it('suggest what an unhandled one may have meant', async () => {
      const projectId = await makeProject(app.db, tenant, 'shop');
      const buildId = newId();
      await app.db.execute(
        `INSERT INTO hot.build (build_id, project_id, hash, content_sha256, size, deployed, runtime_status, created_by_user_id)
         VALUES ($1, $2, 'h', 'c', 1, true, 'ready', $1)`,
        [buildId, projectId],
      );
      await app.db.execute(`UPDATE hot.project SET serving_build_id = $1 WHERE project_id = $2`, [
        buildId,
        projectId,
      ]);
      await app.db.execute(
        `INSERT INTO hot.event_handler (event_handler_id, build_id, event_type, ns, var, meta)
         VALUES ($1, $2, 'user:created', '::shop', 'greet', '{"doc":"Says hello","examples":[{"title":"Ada","data":{"n":1}}]}')`,
        [newId(), buildId],
      );
      const event = await makeEvent(app.db, tenant, {
        type: 'user.created',
        state: 'unhandled',
        data: '{"a":1.0}',
      });
      const { data } = await get<{ data: EventDetail }>(`/events/${event.eventId}`);
      expect(data.near_types).toEqual([{ type: 'user:created', project: 'shop' }]);
      expect(data.payload).toEqual({ json: '{"a":1.0}', bytes: 9, truncated: false });
      expect(data.attribution?.kind).toBe('system');
      expect((await get<{ data: unknown }>('/events/types')).data).toEqual([
        {
          type: 'user:created',
          handlers: [
            {
              function: '::shop/greet',
              project: 'shop',
              doc: 'Says hello',
              examples: [{ title: 'Ada', json: '{"n":1}' }],
            },
          ],
        },
      ]);
    });

    it('are sent from the app exactly as typed, once per key', async () => {
      const body = { event_type: 'hello', event_data: '{ "n": 1.50, "big": 12345678901234567890 }' };
      const send = (headers: Record<string, string> = {}) =>
        browser.send({ method: 'POST', url: `${tenant.base}/events`, payload: body, headers });
      const sent = await send({ 'idempotency-key': 'k1' });
      expect(sent.statusCode).toBe(201);
      const again = await send({ 'idempotency-key': 'k1' });
      expect(again.json().data).toEqual(sent.json().data);
      const raw = await browser.get(`${tenant.base}/events/${sent.json().data.event_id}/payload/raw`);
      expect(raw.body).toBe(body.event_data);
      const { data } = await get<{ data: EventDetail }>(`/events/${sent.json().data.event_id}`);
      expect(data).toMatchObject({
        source: 'app',
        state: 'pending',
        attribution: { kind: 'user', name: 'Test' },
      });
      for (const wrong of [{ event_data: '{' }, { event_type: '' }, { stream_id: 'x' }]) {
        const refused = await browser.post(`${tenant.base}/events`, { ...body, ...wrong });
        expect(refused.statusCode).toBe(400);
      }
      const foreign = await makeEvent(app.db, await makeTenant(app.db));
      const into = await browser.post(`${tenant.base}/events`, { ...body, stream_id: foreign.streamId });
      expect(into.statusCode).toBe(404);
    });

    it('lead to their runs, every attempt', async () => {
      const event = await makeEvent(app.db, tenant);
      const first = await makeRun(app.db, tenant, event, { status: 'failed' });
      const second = await makeRun(app.db, tenant, event, {
        attempt: 1,
        retryOf: first.runId,
        atMs: Date.now() + 5,
      });
      const { data } = await get<Listing<{ run_id: string; attempt: number }>>(
        `/events/${event.eventId}/runs`,
      );
      expect(data.map(({ run_id, attempt }) => [run_id, attempt])).toEqual([
        [second.runId, 2],
        [first.runId, 1],
      ]);
    });
  });

  describe('streams', () => {
    it('are active, failed for good, or settled', async () => {
      const settled = await makeEvent(app.db, tenant, { atMs: Date.now() - 4 * MINUTE });
      const recovered = await makeRun(app.db, tenant, settled, { status: 'failed' });
      await makeRun(app.db, tenant, settled, { attempt: 1, retryOf: recovered.runId });
      const failed = await makeEvent(app.db, tenant, { atMs: Date.now() - 3 * MINUTE });
      await makeRun(app.db, tenant, failed, { status: 'failed' });
      const active = await makeEvent(app.db, tenant, { atMs: Date.now() - 2 * MINUTE });
      await makeLiveRun(app.db, tenant, active);
      const list = async (query: string): Promise<(readonly [string, string])[]> =>
        (await get<Listing<StreamRow>>(`/streams${query}`)).data.map(({ stream_id, state }) => [
          stream_id,
          state,
        ]);
      expect(await list('')).toEqual([
        [active.streamId, 'active'],
        [failed.streamId, 'failed'],
        [settled.streamId, 'settled'],
      ]);
      for (const [state, event] of [
        ['active', active],
        ['failed', failed],
        ['settled', settled],
      ] as const) {
        expect(await list(`?state=${state}`)).toEqual([[event.streamId, state]]);
      }
      expect(await list('?state=!active')).toHaveLength(2);
      expect(await list(`?q=${failed.streamId}`)).toHaveLength(1);
      expect(await list('?q=order')).toHaveLength(3);
    });

    it('show their members in order, joined by what caused what', async () => {
      const event = await makeEvent(app.db, tenant, { atMs: Date.now() - MINUTE });
      const run = await makeRun(app.db, tenant, event);
      const sent = await makeEvent(app.db, tenant, {
        streamId: event.streamId,
        originRunId: run.runId,
        state: 'unhandled',
      });
      const page = await get<Listing<StreamMember>>(`/streams/${event.streamId}/members?limit=2`);
      expect(page.data.map(({ kind, id, parent_id }) => [kind, id, parent_id])).toEqual([
        ['event', event.eventId, null],
        ['run', run.runId, event.eventId],
      ]);
      const next = await get<Listing<StreamMember>>(
        `/streams/${event.streamId}/members?limit=2&cursor=${page.pagination.next_cursor}`,
      );
      expect(next.data).toMatchObject([
        { kind: 'event', id: sent.eventId, parent_id: run.runId, state: 'unhandled' },
      ]);
      expect(page.pagination.total).toBe(3);
      const { data } = await get<{ data: StreamDetail }>(`/streams/${event.streamId}`);
      expect(data).toMatchObject({
        root_event_id: event.eventId,
        root_label: 'order:created',
        data_count: 0,
      });
    });

    it('show what their runs emitted', async () => {
      const event = await makeEvent(app.db, tenant);
      const runs = [newId(), newId()];
      for (const [i, runId] of runs.entries()) {
        await app.db.execute(
          `INSERT INTO hot.stream_data (stream_data_id, retention_class, env_id, stream_id, run_id, seq, data_type, payload)
           VALUES ($1, -1, $2, $3, $4, 0, 'progress', $5)`,
          [newId(), tenant.envId, event.streamId, runId, `{"n":${i}.0}`],
        );
      }
      const all = await get<Listing<StreamDataRow>>(`/streams/${event.streamId}/data`);
      expect(all.data.map(({ payload }) => payload)).toEqual(['{"n":0.0}', '{"n":1.0}']);
      const one = await get<Listing<StreamDataRow>>(`/streams/${event.streamId}/data?run=${runs[1]}`);
      expect(one.data.map(({ payload }) => payload)).toEqual(['{"n":1.0}']);
    });
  });

  describe('the dashboard', () => {
    const dashboard = async (query = ''): Promise<Dashboard> =>
      (await get<{ data: Dashboard }>(`/dashboard${query}`)).data;
    const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

    it('is empty, with its bars, where nothing ever happened', async () => {
      const shown = await dashboard();
      expect(shown.hero.runs.total).toBe(0);
      expect(shown.buckets.length).toBeGreaterThan(90);
      expect(shown).toMatchObject({
        last_activity_at: null,
        has_builds: false,
        projects: [],
        granularity: '15m',
      });
      expect(shown.hero.runs_before).toBeNull();
    });

    it('adds up: hero figures are the sums of the bars and of the lists behind them', async () => {
      const shop = await makeProject(app.db, tenant, 'shop');
      for (let i = 0; i < 30; i++) {
        const atMs = Date.now() - i * 50 * MINUTE;
        const event = await makeEvent(app.db, tenant, {
          atMs,
          ...(i % 10 === 0 ? { state: 'unhandled' as const } : {}),
        });
        await makeRun(app.db, tenant, event, {
          atMs: atMs + 1,
          status: i % 7 === 0 ? 'failed' : 'succeeded',
          durationUs: 1000,
          ...(i % 2 === 0 ? { projectId: shop } : {}),
        });
      }
      await makeLiveRun(app.db, tenant, await makeEvent(app.db, tenant));
      for (const query of [
        '?t=24h',
        '?t=6h',
        '?t=24h&g=hour',
        '?t=7d&tz=Asia/Kathmandu',
        '?t=all',
        '?t=24h&project=shop',
      ]) {
        const shown = await dashboard(query);
        const { runs, events } = shown.hero;
        expect([query, sum(shown.buckets.map((bar) => bar.runs.total))]).toEqual([query, runs.total]);
        expect(runs.total).toBe(
          runs.running + runs.succeeded + runs.failed + runs.cancelled + runs.pending_retry,
        );
        expect(sum(shown.run_types.map(({ count }) => count))).toBe(runs.total);
        if (events !== null) {
          expect(sum(shown.buckets.map((bar) => bar.events?.total ?? 0))).toBe(events.total);
          expect(events.total).toBe(events.handled + events.unhandled + events.pending);
        }
        const range = `from=${encodeURIComponent(shown.range.from)}`;
        const project = query.includes('project') ? '&project=shop' : '';
        const listed = await get<Listing<unknown>>(`/runs?${range}${project}`);
        expect([query, listed.pagination.total]).toEqual([query, runs.total]);
      }
      const shown = await dashboard('?t=24h');
      expect(shown.hero.mean_duration_us).toBe(1000);
      expect(shown.failed_runs.every(({ status }) => status === 'failed')).toBe(true);
      expect(shown.failed_runs.length).toBe(shown.hero.runs.failed);
      expect(shown.unhandled_events.length).toBe(shown.hero.events?.unhandled);
      expect((await dashboard('?t=24h&project=shop')).hero.events).toBeNull();
      expect((await dashboard('?t=6h')).hero.runs_before?.total).toBeGreaterThan(0);
      const nav = await get<{ data: unknown }>('/nav');
      expect(nav.data).toEqual({
        runs_running: 1,
        runs_failed_24h: shown.hero.runs.failed,
        events_unhandled_24h: shown.hero.events?.unhandled,
      });
    });

    it('refuses zones that do not exist', async () => {
      expect((await browser.get(`${tenant.base}/dashboard?tz=Mars/Olympus`)).statusCode).toBe(400);
    });

    it('leads from an id to its place, for those who may see it', async () => {
      const run = await makeRun(app.db, tenant, await makeEvent(app.db, tenant));
      const found = await browser.get(`/admin/v1/resolve?id=${run.runId}`);
      expect(found.json().data).toEqual({
        kind: 'run',
        id: run.runId,
        org: tenant.slug,
        env: 'production',
        project: null,
      });
      expect((await browser.get(`/admin/v1/resolve?id=${run.eventId}`)).json().data.kind).toBe('event');
      expect((await browser.get(`/admin/v1/resolve?id=${run.streamId}`)).json().data.kind).toBe('stream');
      const stranger = new TestBrowser(app);
      await stranger.signIn(await makePerson(app.db));
      expect((await stranger.get(`/admin/v1/resolve?id=${run.runId}`)).statusCode).toBe(404);
      expect((await browser.get('/admin/v1/resolve?id=hello')).statusCode).toBe(404);
    });
  });
});
