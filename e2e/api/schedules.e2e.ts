/** Functions that run at times: declared in a project that is deployed, or asked for by a program. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, SseReader, type Answer, type Run } from '../support/api';
import { startPlatform, type Platform } from '../support/platform';

const FIXTURE = join(__dirname, '../fixtures/clock');

interface Schedule {
  readonly schedule_id: string;
  readonly build_id: string;
  readonly cron: string;
  readonly ns: string;
  readonly var: string;
}
interface List<T> {
  readonly data: readonly T[];
  readonly pagination: Readonly<Record<string, unknown>>;
}

describe('schedules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hot-clock-'));
  let platform: Platform;

  beforeAll(async () => {
    cpSync(FIXTURE, folder, { recursive: true });
    platform = await startPlatform();
    await platform.hot(['deploy'], folder);
  }, 90_000);
  afterAll(async () => {
    await platform.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const get = <T>(path: string): Promise<Answer<T>> => call<T>(platform.api, path, { key: platform.key });
  const schedules = async (query = ''): Promise<List<Schedule>> =>
    (await get<List<Schedule>>(`/v1/projects/clock/schedules${query}`)).body;
  const runs = async (query = ''): Promise<readonly Run[]> =>
    (await get<List<Run>>(`/v1/runs?type=schedule&limit=500${query}`)).body.data;
  const until = async <T>(ask: () => Promise<T | false>, withinMs = 15_000): Promise<T> => {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const answer = await ask();
      if (answer !== false) return answer;
      if (performance.now() > deadline) throw new Error('it did not happen in time');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const outcome = async (event_type: string, event_data: object): Promise<Run | undefined> => {
    const sse = await SseReader.open(platform.api, '/v1/streams/subscribe-with-event', platform.key, {
      event_type,
      event_data,
    });
    const { run } = await sse.until(({ type }) => type === 'run:stop' || type === 'run:fail');
    sse.close();
    return run;
  };

  it('are listed as they are written, by expression', async () => {
    const list = await until(async () => {
      const answer = await schedules();
      return answer.data.length === 2 && answer;
    });
    const build = (await get<{ data: { build_id: string } }>('/v1/projects/clock/builds/deployed')).body.data;
    const common = { schedule_id: expect.any(String), build_id: build.build_id, ns: '::clock::jobs' };
    expect(list.data).toEqual([
      { ...common, cron: '30 2 * * *', var: 'nightly' },
      { ...common, cron: 'every second', var: 'tick' },
    ]);
    expect(list.pagination).toEqual({ total: 2, limit: 20, offset: 0, has_more: false });
    const second = await schedules('?limit=1&offset=1');
    expect(second.data).toEqual(list.data.slice(1));
    expect(second.pagination).toEqual({ total: 2, limit: 1, offset: 1, has_more: false });
  });

  it.each([
    ['/v1/projects/clock/schedules', null, 401, 'unauthorized'],
    ['/v1/projects/nowhere/schedules', 'ours', 404, 'not_found'],
    ['/v1/projects/clock/schedules?limit=x', 'ours', 400, 'bad_request'],
  ])('%s with the key %s answers %i %s', async (path, key, status, code) => {
    const answer = await call<{ error: { code: string } }>(platform.api, path, {
      key: key === null ? null : platform.key,
    });
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });

  it('run their function every second, each time as a run of the type schedule', async () => {
    const some = await until(async () => {
      const list = await runs('&status=succeeded');
      return list.length >= 4 && list;
    });
    const [tick] = (await schedules()).data.filter((each) => each.var === 'tick');
    for (const run of some) {
      expect(run).toMatchObject({ run_type: 'schedule', status: 'succeeded', retry_attempt: 0 });
      expect(run.result).toMatchObject({
        type: 'hot:schedule',
        schedule_id: tick?.schedule_id,
        is_backfill: false,
      });
    }
    expect(new Set(some.map(({ stream_id }) => stream_id)).size).toBe(some.length);
    const times = some.map((run) => Date.parse((run.result as { scheduled_at: string }).scheduled_at)).sort();
    expect(times).toEqual(times.map((_, i) => (times[0] ?? 0) + i * 1_000));
    const event = await get<{ data: Record<string, unknown> }>(`/v1/events/${some[0]?.event_id ?? ''}`);
    expect(event.body.data).toMatchObject({
      event_type: 'hot:schedule',
      event_data: { fn: '::clock::jobs/tick' },
    });
  });

  it('miss nothing and repeat nothing when the worker is killed and another one comes', async () => {
    const [worker] = platform.processes.filter(({ name }) => name === 'worker');
    worker?.kill('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await platform.startWorker();
    const before = (await runs()).length;
    await until(async () => (await runs('&status=succeeded')).length >= before + 5);
    const log = await platform.query<{ at: string; skipped_count: number; event_id: string }>(
      `SELECT extract(epoch FROM l.scheduled_time)::int AS at, l.skipped_count, l.event_id
         FROM hot.schedule_log l JOIN hot.schedule s USING (schedule_id) WHERE s.var = 'tick' ORDER BY 1`,
    );
    expect(log.map(({ at }) => Number(at))).toEqual(log.map((_, i) => Number(log[0]?.at) + i));
    expect(log.every(({ skipped_count }) => skipped_count === 0)).toBe(true);
    await until(async () => {
      const left = await platform.query(`SELECT 1 FROM hot.dispatch WHERE event_id = ANY($1)`, [
        log.map(({ event_id }) => event_id),
      ]);
      return left.length === 0;
    }, 40_000);
    const finished = await platform.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM hot.run WHERE event_id = ANY($1) AND status = 2`,
      [log.map(({ event_id }) => event_id)],
    );
    expect(finished).toEqual([{ n: log.length }]);
  }, 90_000);

  it('are made by programs, which get the id, and call their function once', async () => {
    const planned = await outcome('clock:plan', { word: 'sent', when: 'in 2 seconds' });
    const made = await outcome('clock:make', { word: 'called', when: 'in 2 seconds' });
    const ids = [planned?.result, made?.result];
    expect(ids).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    await until(async () => {
      const results = (await runs('&status=succeeded')).map(({ result }) => result);
      return results.includes('later: sent') && results.includes('later: called');
    });
    expect((await schedules()).data.map(({ var: name }) => name)).not.toContain('later');
    const results = (await runs()).map(({ result }) => result);
    expect(results.filter((result) => result === 'later: sent')).toHaveLength(1);
  });

  it('are shown with their time while they wait, and end when they are cancelled', async () => {
    const made = await outcome('clock:make', { word: 'never', when: '2030-01-31T09:00:00Z' });
    const planned = await outcome('clock:plan', { word: 'never', when: 'every day at 9am in Europe/Berlin' });
    const waiting = await until(async () => {
      const later = (await schedules()).data.filter(({ var: name }) => name === 'later');
      return later.length === 2 && later;
    });
    expect(waiting.map(({ cron, schedule_id }) => [cron, schedule_id])).toEqual([
      ['@at:2030-01-31T09:00:00.000Z', made?.result],
      ['every day at 9am in Europe/Berlin', planned?.result],
    ]);
    expect(await outcome('clock:drop', { id: made?.result })).toMatchObject({ result: true });
    expect(await outcome('clock:drop', { id: made?.result })).toMatchObject({ result: false });
    await outcome('clock:forget', { id: planned?.result });
    await outcome('clock:replan', {});
    await until(async () => (await schedules()).data.every(({ var: name }) => name !== 'later'));
  });

  it('are refused in words', async () => {
    const run = await outcome('clock:make', { word: '', when: '0 0 31 2 *' });
    expect(JSON.stringify(run?.result)).toContain(
      "Invalid schedule expression '0 0 31 2 *': it never happens",
    );
  });

  it('are not made over HTTP [api-15.41]', async () => {
    const answer = await call(platform.api, '/v1/events', {
      key: platform.key,
      body: { event_type: 'hot:schedule:new', event_data: { fn: '::clock::jobs/later', schedule: '@daily' } },
    });
    expect(answer.status).toBe(201);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect((await schedules()).data.map(({ var: name }) => name)).not.toContain('later');
  });

  it('are those of the next build once it serves, and none when the project is stopped', async () => {
    writeFileSync(
      join(folder, 'hot/src/clock.hot'),
      '::clock::jobs ns\n\nnightly meta {schedule: "0 3 * * *"}\nfn (info) { info }\n',
    );
    await platform.hot(['deploy'], folder);
    await until(async () => (await schedules()).data.map(({ cron }) => cron).join() === '0 3 * * *');
    const ticks = (): Promise<unknown[]> =>
      platform.query(
        `SELECT 1 FROM hot.schedule_log l JOIN hot.schedule s USING (schedule_id) WHERE s.var = 'tick'`,
      );
    const before = (await ticks()).length;
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect((await ticks()).length).toBe(before);
    const stopped = await call(platform.api, '/v1/projects/clock/deactivate', {
      key: platform.key,
      method: 'POST',
    });
    expect(stopped.status).toBe(200);
    expect((await schedules()).data).toEqual([]);
  }, 60_000);
});
