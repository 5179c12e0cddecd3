import { newId } from '@app/kernel';
import type {
  EventHandlerRow,
  Listing,
  ScheduleDetail,
  ScheduleOccurrence,
  ScheduleRow,
} from '@app/contracts';
import {
  makePerson,
  makeTenant,
  startAdminApp,
  TestBrowser,
  type AdminTestApp,
  type TestTenant,
} from './testing/admin-app';
import { makeEvent, makeProject, makeRun } from './testing/history';

describe('schedules and event handlers of the app', () => {
  let app: AdminTestApp;
  let tenant: TestTenant;
  let admin: TestBrowser;
  let member: TestBrowser;
  let stranger: TestBrowser;
  let other: TestTenant;
  let project: string;

  beforeAll(async () => {
    app = await startAdminApp();
  });
  beforeEach(async () => {
    tenant = await makeTenant(app.db);
    other = await makeTenant(app.db);
    [admin, member, stranger] = [new TestBrowser(app), new TestBrowser(app), new TestBrowser(app)];
    await admin.signIn(await makePerson(app.db, [{ tenant, role: 'admin' }]));
    await member.signIn(await makePerson(app.db, [{ tenant, role: 'member' }]));
    await stranger.signIn(await makePerson(app.db, [{ tenant: other, role: 'admin' }]));
    project = await makeProject(app.db, tenant, 'shop');
  });
  afterAll(() => app.app.close());

  async function schedule(
    name: string,
    {
      kind = 1,
      cron = '0 0 6 * * 1-5 *',
      active = true,
      paused = false,
      nextMs = Date.now() + 3_600_000,
    } = {},
  ): Promise<string> {
    const id = newId();
    await app.db.execute(
      `INSERT INTO hot.schedule (schedule_id, env_id, project_id, build_id, kind, cron, expression, timezone, ns, var, args,
                                 meta, file, line, "column", active, paused, next_fire_at)
       VALUES ($1, $2, $3, $4, $5, $6, $6, 'Europe/Berlin', '::shop', $7, $8, '{"doc":" Reports. "}', 'a.hot', 3, 1, $9, $10, $11)`,
      [
        id,
        tenant.envId,
        project,
        newId(),
        kind,
        cron,
        name,
        kind === 2 ? '["x"]' : null,
        active,
        paused,
        new Date(nextMs),
      ],
    );
    return id;
  }
  const log = (scheduleId: string, atMs: number, eventId: string | null, skipped = 0) =>
    app.db.execute(
      `INSERT INTO hot.schedule_log (schedule_id, scheduled_time, event_id, executed_at, skipped_count)
       VALUES ($1, $2, $3, $2, $4)`,
      [scheduleId, new Date(atMs), eventId, skipped],
    );
  const url = (rest = ''): string => `${tenant.base}/schedules${rest}`;
  const list = async (query = ''): Promise<Listing<ScheduleRow>> =>
    (await member.get(url(query))).json() as Listing<ScheduleRow>;

  describe('schedules', () => {
    it('come by their next time, with what they did last', async () => {
      const late = await schedule('late', { nextMs: Date.now() + 7_200_000 });
      const soon = await schedule('soon', { nextMs: Date.now() + 60_000 });
      await schedule('stopped', { paused: true });
      const event = await makeEvent(app.db, tenant, { type: 'hot:schedule' });
      const run = await makeRun(app.db, tenant, event, { status: 'failed' });
      await log(soon, Date.now() - 5_000, event.eventId);
      await log(soon, Date.now() - 9_000, null, 3);
      const page = await list('?include=facets');
      expect(page.data.map((row) => [row.function, row.state, row.next_at === null])).toEqual([
        ['::shop/soon', 'active', false],
        ['::shop/late', 'active', false],
        ['::shop/stopped', 'paused', true],
      ]);
      expect(page.data[0]).toMatchObject({
        words: 'Every weekday at 06:00',
        timezone: 'Europe/Berlin',
        doc: 'Reports.',
      });
      expect(page.data[0]?.recent.map(({ status, run_id, skipped }) => [status, run_id, skipped])).toEqual([
        ['failed', run.runId, 0],
        [null, null, 3],
      ]);
      expect(page.data[1]?.recent).toEqual([]);
      expect(page.data[1]?.schedule_id).toBe(late);
      expect(page.facets?.['state']).toEqual(
        expect.arrayContaining([
          { value: 'active', count: 2 },
          { value: 'paused', count: 1 },
        ]),
      );
      expect((await list('?state=paused')).data.map((row) => row.function)).toEqual(['::shop/stopped']);
      expect((await list('?q=LATE')).data).toHaveLength(1);
      expect((await list('?project=nope')).data).toEqual([]);
    });

    it('tell their next ten times as whoever fires them works them out', async () => {
      // The Friday before clocks are put forward in Berlin.
      const id = await schedule('report', { nextMs: Date.parse('2027-03-26T05:00:00Z') });
      const { next } = (await member.get(url(`/${id}`))).json().data as ScheduleDetail;
      expect(next).toHaveLength(10);
      expect(next.slice(0, 2)).toEqual(['2027-03-26T05:00:00.000Z', '2027-03-29T04:00:00.000Z']);
    });

    it('keep a log, newest first, in pages', async () => {
      const id = await schedule('tick');
      for (let i = 0; i < 30; i++) await log(id, Date.parse('2026-01-01T00:00:00Z') + i * 1000, null, 1);
      const first = (await member.get(url(`/${id}/occurrences`))).json() as Listing<ScheduleOccurrence>;
      expect([first.pagination.total, first.data[0]?.scheduled_at]).toEqual([30, '2026-01-01T00:00:29.000Z']);
      const rest = (
        await member.get(url(`/${id}/occurrences?cursor=${first.pagination.next_cursor}`))
      ).json() as Listing<ScheduleOccurrence>;
      expect(rest.data.map((each) => each.scheduled_at)).toHaveLength(5);
    });

    it('happen once more when somebody says so, and say who', async () => {
      const id = await schedule('report');
      const started = await member.post(url(`/${id}/run`));
      expect(started.statusCode).toBe(202);
      const { event_id } = started.json().data as { event_id: string };
      const [event] = await app.db.query<{ event_data: string; created_by_user_id: string | null }>(
        `SELECT event_data, created_by_user_id FROM hot.event WHERE event_id = $1`,
        [event_id],
      );
      expect(JSON.parse(event?.event_data ?? '{}')).toMatchObject({
        fn: '::shop/report',
        args: [{ schedule_id: id, is_manual: true }],
      });
      expect(event?.created_by_user_id).not.toBeNull();
      const { recent, next_at } = (await member.get(url(`/${id}`))).json().data as ScheduleDetail;
      expect(recent.map((each) => each.event_id)).toEqual([event_id]);
      expect(next_at).not.toBeNull();
      const ended = await schedule('gone', { active: false });
      expect((await member.post(url(`/${ended}/run`))).statusCode).toBe(404);
    });

    it('end when a program made them, and with their code otherwise', async () => {
      const [declared, made] = [
        await schedule('a'),
        await schedule('b', { kind: 2, cron: '@at:2030-01-01T00:00:00.000Z' }),
      ];
      const end = (id: string, browser = member) => browser.send({ method: 'DELETE', url: url(`/${id}`) });
      expect((await end(declared)).json().error.code).toBe('conflict');
      expect((await member.get(url(`/${made}`))).json().data).toMatchObject({
        words: 'Once',
        args: '["x"]',
        cron: null,
      });
      expect((await end(made)).statusCode).toBe(204);
      expect((await list('?state=ended')).data.map((row) => row.schedule_id)).toEqual([made]);
    });

    it('of others are out of reach', async () => {
      const id = await schedule('ours', { kind: 2 });
      const theirs = `${other.base}/schedules`;
      expect(((await stranger.get(theirs)).json() as Listing<ScheduleRow>).data).toEqual([]);
      const attempts = [
        await stranger.get(`${theirs}/${id}`),
        await stranger.get(`${theirs}/${id}/occurrences`),
        await stranger.post(`${theirs}/${id}/run`),
        await stranger.send({ method: 'DELETE', url: `${theirs}/${id}` }),
      ];
      expect(attempts.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404, 404]);
      expect((await list()).data[0]?.state).toBe('active');
    });
  });

  describe('event handlers', () => {
    async function serve(handlers: readonly (readonly [string, string, object])[]): Promise<void> {
      const buildId = newId();
      await app.db.execute(
        `INSERT INTO hot.build (build_id, project_id, hash, content_sha256, size, deployed, runtime_status,
                                created_by_user_id, storage_path, storage_backend)
         VALUES ($1, $2, 'h', 'c', 10, true, 'ready', $1, 'gone', 'local')`,
        [buildId, project],
      );
      await app.db.execute(`UPDATE hot.project SET serving_build_id = $2 WHERE project_id = $1`, [
        project,
        buildId,
      ]);
      for (const [type, name, meta] of handlers) {
        await app.db.execute(
          `INSERT INTO hot.event_handler (event_handler_id, build_id, event_type, ns, var, meta, file, line, "column")
           VALUES ($1, $2, $3, '::shop', $4, $5, 'a.hot', 7, 2)`,
          [newId(), buildId, type, name, JSON.stringify(meta)],
        );
      }
    }
    const handlers = async (
      query = '',
      browser = member,
      base = tenant.base,
    ): Promise<Listing<EventHandlerRow>> =>
      (await browser.get(`${base}/handlers${query}`)).json() as Listing<EventHandlerRow>;

    it('say what starts them, what they send and what came of it last', async () => {
      await serve([
        [
          'order:created',
          'confirm',
          {
            agent: '::shop/Agent',
            retry: { attempts: 3, backoff: 'linear' },
            sends: ['a:b', { event: 'c:d' }],
          },
        ],
        ['never:seen', 'idle', {}],
      ]);
      const event = await makeEvent(app.db, tenant, { type: 'order:created' });
      const run = await makeRun(app.db, tenant, event, {
        projectId: project,
        functionName: '::shop/confirm',
      });
      const page = await handlers('?include=facets');
      expect(page.data.map((row) => [row.event_type, row.function, row.last === null])).toEqual([
        ['never:seen', '::shop/idle', true],
        ['order:created', '::shop/confirm', false],
      ]);
      expect(page.data[1]).toMatchObject({
        agent: '::shop/Agent',
        attempts: 3,
        backoff: 'linear',
        sends: ['a:b', 'c:d'],
        project: 'shop',
        last: { event_id: event.eventId, run_id: run.runId, status: 'succeeded' },
      });
      expect(page.data[0]).toMatchObject({ attempts: 0, backoff: null, sends: [] });
      expect(page.facets?.['project']).toEqual([{ value: 'shop', count: 2 }]);
      expect((await handlers('?q=order:')).data).toHaveLength(1);
      expect((await handlers('?q=Agent')).data).toHaveLength(1);
      expect((await handlers('?project=other')).pagination.total).toBe(0);
    });

    it('of another organization are not seen, nor is what came of its events', async () => {
      await serve([['order:created', 'confirm', {}]]);
      await makeEvent(app.db, other, { type: 'order:created' });
      expect((await handlers('', stranger, other.base)).data).toEqual([]);
      expect((await handlers()).data[0]?.last).toBeNull();
    });
  });
});
