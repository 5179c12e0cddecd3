import { AppLifecycleService, AppsModule } from '@app/apps';
import { BuildsModule } from '@app/builds';
import { BuildsHarness } from '@app/builds/testing';
import { newId, type Principal } from '@app/kernel';
import { ScheduleRepository, ScheduleService, SchedulesModule } from '@app/schedules';
import { useDatabase, useRedis } from '@app/testing';
import { Module } from '@nestjs/common';
import { DeclaredSchedules } from './declared-schedules';

@Module({
  imports: [SchedulesModule, BuildsModule, AppsModule],
  providers: [DeclaredSchedules],
  exports: [SchedulesModule],
})
class DeclaringModule {}

const PAGE = { limit: 50, offset: 0 };

describe('schedules that builds declare', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  let builds: BuildsHarness;
  let who: Principal;

  beforeAll(async () => {
    builds = await BuildsHarness.start(database.url, redis, [DeclaringModule], {
      HOT_SCHEDULE_MIN_INTERVAL: '10s',
      HOT_SCHEDULE_MAX_ACTIVE: '4',
    });
  });
  afterAll(() => builds.stop());
  beforeEach(async () => {
    who = await builds.tenant();
  });

  const listed = async (project = 'jobs'): Promise<string[]> => {
    const { items } = await builds.get(ScheduleService).list(who, project, PAGE);
    return items.map(({ cron, ns, var: name }) => `${cron} ${ns}/${name}`);
  };
  const rows = (): Promise<Record<string, unknown>[]> =>
    builds.db().query(
      `SELECT schedule_id, build_id, var, cron, timezone, active, paused, next_fire_at
         FROM hot.schedule WHERE env_id = $1 ORDER BY var, active`,
      [who.envId],
    );

  const made = async (name: string): Promise<void> => {
    const { projectId } = await builds.projects().find(who, 'jobs');
    await builds.get(ScheduleRepository).make({
      scheduleId: newId(),
      envId: who.envId,
      projectId,
      ns: '::j',
      var: name,
      cron: '0 0 0 * * * *',
      expression: '@daily',
      timezone: 'UTC',
      args: '[]',
      sealed: null,
      clientKey: null,
      nextMs: Date.now() + 3_600_000,
      userId: null,
      runId: null,
    });
  };
  /** Kind and name: 1 is declared, 2 was made by a program. */
  const going = async (): Promise<readonly unknown[]> =>
    (
      await builds.db().query(
        `SELECT kind::text || var AS one FROM hot.schedule
          WHERE env_id = $1 AND ns = '::j' AND active AND NOT paused ORDER BY 1`,
        [who.envId],
      )
    ).map((row) => row['one']);

  it('begin with the build that serves, not before', async () => {
    const build = await builds.upload(who, 'jobs', 'at ::j/b */5 * * * *\nat ::j/a @daily');
    await builds.deploys().deploy(who, 'jobs', build.buildId);
    expect(await listed()).toEqual([]);
    await builds.load(build.buildId, await builds.incarnation());
    expect(await listed()).toEqual(['*/5 * * * * ::j/b', '@daily ::j/a']);
    expect(await rows()).toMatchObject([
      { var: 'a', cron: '0 0 0 * * * *', build_id: build.buildId },
      { var: 'b', cron: '0 */5 * * * * *', build_id: build.buildId },
    ]);
  });

  it('end with the agent that they belong to, and begin anew with it; the others go on', async () => {
    const build = await builds.serve(who, 'jobs', 'agent ::j/Clerk ::j/a\nat ::j/a @daily\nat ::j/b @daily');
    await made('a');
    expect(await going()).toEqual(['1a', '1b', '2a']);
    const apps = builds.get(AppLifecycleService);
    await apps.act(who, 'jobs:Clerk', 'stop');
    expect(await going()).toEqual(['1b']);
    await made('a');
    await builds.deploys().deploy(who, 'jobs', build.buildId);
    await builds.load(build.buildId, await builds.incarnation());
    expect(await going()).toEqual(['1b']);
    await apps.act(who, 'jobs:Clerk', 'start');
    await builds.load(build.buildId, await builds.incarnation());
    expect(await going()).toEqual(['1a', '1b', '2a', '2a']);
  });

  it('pause while another app is the only one of the environment, also those of a build that is deployed then', async () => {
    const source = 'agent ::j/Clerk ::j/a\nat ::j/a @daily\nat ::j/b @daily';
    const build = await builds.serve(who, 'jobs', source);
    await made('a');
    const before = await rows();
    const debug = await builds.upload(who, 'debug', 'at ::d/d @daily', { manifest: { only_app: true } });
    await builds.deploys().deploy(who, 'debug', debug.buildId);
    await builds.load(debug.buildId, await builds.incarnation());
    expect(await going()).toEqual([]);
    await made('b');
    await builds.deploys().deploy(who, 'jobs', build.buildId);
    await builds.load(build.buildId, await builds.incarnation());
    expect(await going()).toEqual([]);
    await builds.get(AppLifecycleService).act(who, 'debug', 'stop');
    expect(await going()).toEqual(['1a', '1b', '2a', '2b']);
    // The same ones, due when they were.
    const [first] = before;
    expect(await rows()).toContainEqual(first);
  });

  it('of the only agent go on, those of the rest of its project pause', async () => {
    await builds.serve(
      who,
      'jobs',
      'agent ::j/Clerk ::j/a\nonly ::j/Clerk\nat ::j/a @daily\nat ::j/b @daily',
    );
    expect(await going()).toEqual(['1a']);
    await builds.serve(who, 'jobs', 'agent ::j/Clerk ::j/a\nat ::j/a @daily\nat ::j/b @daily');
    expect(await going()).toEqual(['1a', '1b']);
  });

  it('go on in the next build where they are the same, and end where they are not [S5]', async () => {
    await builds.serve(who, 'jobs', 'at ::j/a @daily\nat ::j/b @hourly');
    await builds
      .db()
      .execute(`UPDATE hot.schedule SET next_fire_at = now() + interval '1 second' WHERE env_id = $1`, [
        who.envId,
      ]);
    const [a, b] = await rows();
    const next = await builds.serve(who, 'jobs', 'at ::j/a 0 0 * * *\nat ::j/b @daily');
    const after = await rows();
    // Another spelling of the same time is the same schedule: what is due in a second is not lost.
    expect(after[0]).toEqual({ ...a, build_id: next.buildId });
    expect(after.filter(({ var: name }) => name === 'b')).toMatchObject([
      { schedule_id: b?.['schedule_id'], active: false },
      { cron: '0 0 0 * * * *', active: true },
    ]);
    expect(await listed()).toEqual(['0 0 * * * ::j/a', '@daily ::j/b']);
  });

  it('come back under their old id with an older build, due from now on [B10]', async () => {
    const old = await builds.serve(who, 'jobs', 'at ::j/a @hourly');
    const [before] = await rows();
    await builds.serve(who, 'jobs', 'fn ::j/a');
    expect(await listed()).toEqual([]);
    await builds
      .db()
      .execute(`UPDATE hot.schedule SET next_fire_at = now() - interval '3 days' WHERE env_id = $1`, [
        who.envId,
      ]);
    await builds.deploys().deploy(who, 'jobs', old.buildId);
    await builds.load(old.buildId, await builds.incarnation());
    const [row] = await rows();
    expect(row).toMatchObject({ schedule_id: before?.['schedule_id'], active: true });
    expect((row?.['next_fire_at'] as Date).getTime()).toBeGreaterThan(Date.now());
  });

  it('end when the project is stopped, and what programs made waits', async () => {
    await builds.serve(who, 'jobs', 'at ::j/a @hourly');
    const { projectId } = await builds.projects().find(who, 'jobs');
    await builds.db().execute(
      `INSERT INTO hot.schedule (schedule_id, env_id, project_id, kind, cron, expression, ns, var, args, next_fire_at)
       VALUES (gen_random_uuid(), $1, $2, 2, '0 0 0 * * * *', '@daily', '::j', 'made', '[]', now())`,
      [who.envId, projectId],
    );
    await builds.lifecycle().deactivate(who, 'jobs');
    expect(await rows()).toMatchObject([
      { var: 'a', active: false },
      { var: 'made', active: true, paused: true },
    ]);
    expect(await listed()).toEqual([]);
    const { redeployedBuildId } = await builds.lifecycle().activate(who, 'jobs');
    await builds.load(redeployedBuildId ?? '', await builds.incarnation());
    expect(await rows()).toMatchObject([
      { var: 'a', active: true },
      { var: 'made', active: true, paused: false },
    ]);
    expect(await listed()).toEqual(['@daily ::j/made', '@hourly ::j/a']);
    await builds.lifecycle().delete(who, 'jobs');
    expect((await rows()).map(({ active }) => active)).toEqual([false, false]);
  });

  it.each([
    ['at ::j/a every 5 seconds', 'it happens every 5 s; the shortest interval here is 10 s'],
    ['at ::j/a 0 0 31 2 *', 'it never happens'],
    ['at ::j/a in 10 minutes', 'one-time expressions are only for hot:schedule:new'],
    [
      'at ::j/a @daily\nat ::j/b @daily\nat ::j/c @daily\nat ::j/d @daily\nat ::j/e @daily',
      'With this build there would be 5 active schedules',
    ],
  ])('refuse the build with %s', async (source, reason) => {
    const good = await builds.serve(who, 'jobs', 'at ::j/z @yearly');
    const build = await builds.upload(who, 'jobs', source);
    await builds.deploys().deploy(who, 'jobs', build.buildId);
    await builds.load(build.buildId, await builds.incarnation());
    const { runtimeStatus, runtimeError } = await builds.builds().get(who, 'jobs', build.buildId);
    expect(runtimeStatus).toBe('failed');
    expect(runtimeError).toContain(reason);
    expect(await listed()).toEqual(['@yearly ::j/z']);
    expect((await builds.projects().find(who, 'jobs')).servingBuildId).toBe(good.buildId);
  });

  it('are taken up of builds that served before there were any', async () => {
    await builds.serve(who, 'jobs', 'at ::j/a @hourly');
    await builds.db().execute('DELETE FROM hot.schedule WHERE env_id = $1', [who.envId]);
    await builds.get(DeclaredSchedules).onApplicationBootstrap();
    expect(await listed()).toEqual(['@hourly ::j/a']);
  });

  it('are those of the environment of whoever asks', async () => {
    await builds.serve(who, 'jobs', 'at ::j/a @hourly');
    const stranger = await builds.tenant();
    await expect(builds.get(ScheduleService).list(stranger, 'jobs', PAGE)).rejects.toThrow(
      'Project not found',
    );
  });
});
