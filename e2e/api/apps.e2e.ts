/** Apps that are stopped, started and reloaded while their neighbours work: seen from outside, with workers that are killed. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '@app/testing';
import { call, type Answer, type Run } from '../support/api';
import { addressesOf, ask } from '../support/doors';
import { startPlatform, type Platform } from '../support/platform';
import { SERVER } from '../support/processes';

const execute = promisify(execFile);
// Two of the tests wait for the lease of a killed worker to run out.
jest.setTimeout(120_000);
const FIXTURES = join(__dirname, '../fixtures');
const PATIENCE = { timeoutMs: 30_000 };

interface Outcome {
  readonly data: { readonly status: string };
}

describe('apps', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hot-apps-'));
  let platform: Platform;
  let addresses: Readonly<Record<string, string>>;

  beforeAll(async () => {
    platform = await startPlatform();
    for (const name of ['shift', 'clock']) {
      cpSync(join(FIXTURES, name), join(folder, name), { recursive: true });
      await platform.hot(['deploy'], join(folder, name));
    }
    await until(() => ring('POST shift/ring'), 200);
  }, 90_000);
  afterAll(async () => {
    await platform.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    for (const key of ['shift', 'shift:Clerk']) await act(key, 'start');
    await until(() => ring('POST shift/clerk'), 200);
  });

  const act = (key: string, action: string): Promise<Answer<Outcome>> =>
    call<Outcome>(platform.api, `/apps/${key}/${action}`, { key: platform.key, method: 'POST' });
  const until = (question: () => Promise<unknown>, answer: unknown): Promise<void> =>
    eventually(async () => expect(await question()).toEqual(answer), PATIENCE);
  const ring = async (name: string): Promise<number> => {
    addresses = { ...addresses, ...(await addressesOf(platform)) };
    const address = addresses[name];
    return address === undefined ? 0 : (await ask(platform.api, address)).status;
  };
  const tools = async (): Promise<readonly string[]> => {
    const answer = await ask(platform.api, '/mcp/local/development/shift', {
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    });
    const { result } = answer.body as { result: { tools: readonly { name: string }[] } };
    return result.tools.map(({ name }) => name).sort();
  };
  const publish = async (event_type: string, event_data: object): Promise<string> => {
    const answer = await call<{ data: { event_id: string } }>(platform.api, '/v1/events', {
      key: platform.key,
      body: { event_type, event_data },
    });
    expect(answer.status).toBe(201);
    return answer.body.data.event_id;
  };
  const runs = async (eventId: string): Promise<readonly Run[]> =>
    (await call<{ data: readonly Run[] }>(platform.api, `/v1/events/${eventId}/runs`, { key: platform.key }))
      .body.data;
  const statuses = async (eventId: string): Promise<readonly string[]> =>
    (await runs(eventId)).map(({ status }) => status);
  const isUnhandled = async (eventId: string): Promise<boolean> =>
    (await platform.query('SELECT 1 FROM hot.event_unhandled WHERE event_id = $1', [eventId])).length === 1;
  /** How often the function has run until now. */
  const beats = async (name: string): Promise<number> =>
    (
      await platform.query<{ n: string }>(`SELECT count(*) AS n FROM hot.run WHERE function_name = $1`, [
        name,
      ])
    ).map(({ n }) => Number(n))[0] ?? 0;
  const killWorkers = async (): Promise<void> => {
    for (const worker of platform.processes.filter(({ name }) => name === 'worker')) worker.kill('SIGKILL');
    await platform.startWorker();
  };
  const verified = async (): Promise<boolean> => {
    const cli = join(SERVER, 'apps/cli/src/main.js');
    const { stdout } = await execute(process.execPath, [cli, 'verify', '--json'], { env: platform.env });
    return (JSON.parse(stdout) as { ok: boolean }).ok;
  };

  it('that are stopped get nothing any more, what comes stays unhandled, and neighbours work on [api-15.71]', async () => {
    expect((await act('shift', 'stop')).status).toBe(202);
    await until(() => ring('POST shift/ring'), 404);
    await until(tools, []);
    const eventId = await publish('shift:note', { n: 1 });
    await until(() => isUnhandled(eventId), true);
    const [ours, theirs] = [await beats('::shift::work/beat'), await beats('::clock::jobs/tick')];
    await eventually(
      async () => expect(await beats('::clock::jobs/tick')).toBeGreaterThan(theirs + 2),
      PATIENCE,
    );
    // One may have been begun when the app was stopped.
    expect(await beats('::shift::work/beat')).toBeLessThanOrEqual(ours + 1);

    expect((await act('shift', 'start')).status).toBe(202);
    await until(() => ring('POST shift/ring'), 200);
    const next = await publish('shift:note', { n: 2 });
    await until(() => statuses(next), ['succeeded', 'succeeded']);
    expect([await isUnhandled(eventId), await runs(eventId)]).toEqual([true, []]);
    await eventually(
      async () => expect(await beats('::shift::work/beat')).toBeGreaterThan(ours + 1),
      PATIENCE,
    );
    expect(await tools()).toEqual(['clerk-look', 'look']);
    await until(verified, true);
  });

  it('finish what they had begun when they are stopped', async () => {
    const eventId = await publish('shift:slow', { ms: 2_000 });
    await until(() => statuses(eventId), ['running']);
    expect((await act('shift', 'stop')).body.data.status).toBe('STOPPING');
    expect((await act('shift', 'start')).status).toBe(409);
    await until(() => statuses(eventId), ['succeeded']);
    await until(async () => (await act('shift', 'start')).status, 202);
  });

  it('are reloaded after what they had begun; what comes meanwhile waits, and neighbours work on [api-15.71]', async () => {
    const slow = await publish('shift:slow', { ms: 4_000 });
    const neighbour = await publish('clock:plan', { word: 'on', when: '@daily' });
    await until(() => statuses(slow), ['running']);
    const [theirs, at] = [await beats('::clock::jobs/tick'), performance.now()];
    expect((await act('shift', 'reload')).body.data.status).toBe('STOPPING');
    // What serves is remembered for half a second when notices are late.
    await until(async () => performance.now() - at > 600, true);
    const meanwhile = await publish('shift:note', {});
    await until(() => statuses(meanwhile), ['succeeded', 'succeeded']);
    const seconds = Math.floor((performance.now() - at) / 1_000);
    expect(await statuses(slow)).toEqual(['succeeded']);
    expect((await runs(slow))[0]?.stop_time ?? '').toMatch(/T/);
    const [before, after] = [(await runs(slow))[0], (await runs(meanwhile))[0]];
    expect(Date.parse(after?.stop_time ?? '')).toBeGreaterThan(Date.parse(before?.stop_time ?? ''));
    expect(await statuses(neighbour)).toEqual(['succeeded']);
    expect(await beats('::clock::jobs/tick')).toBeGreaterThanOrEqual(theirs + seconds - 1);
    await until(() => ring('POST shift/ring'), 200);
  });

  it('that are agents are stopped alone', async () => {
    expect((await act('shift:Clerk', 'stop')).status).toBe(202);
    await until(() => ring('POST shift/clerk'), 404);
    await until(tools, ['look']);
    const eventId = await publish('shift:note', {});
    await until(() => statuses(eventId), ['succeeded']);
    const [clerks, ours] = [await beats('::shift::work/clerk-beat'), await beats('::shift::work/beat')];
    await eventually(
      async () => expect(await beats('::shift::work/beat')).toBeGreaterThan(ours + 2),
      PATIENCE,
    );
    expect(await beats('::shift::work/clerk-beat')).toBeLessThanOrEqual(clerks + 1);
    expect(await ring('POST shift/ring')).toBe(200);
    expect(await isUnhandled(eventId)).toBe(false);

    expect((await act('shift:Clerk', 'start')).body.data.status).toBe('RUNNING');
    await until(() => ring('POST shift/clerk'), 200);
    await eventually(
      async () => expect(await beats('::shift::work/clerk-beat')).toBeGreaterThan(clerks + 1),
      PATIENCE,
    );
    const next = await publish('shift:note', {});
    await until(() => statuses(next), ['succeeded', 'succeeded']);
  });

  it('that are disabled by their configuration run until the platform starts again', async () => {
    const file = join(folder, 'shift/hot.hot');
    const configuration = readFileSync(file, 'utf8');
    writeFileSync(file, `${configuration}hot.project.shift.enabled false\n`);
    await platform.hot(['deploy'], join(folder, 'shift'));
    await until(() => ring('POST shift/ring'), 404);
    expect((await act('shift', 'stop')).text).toContain('App shift is DISABLED');
    expect((await act('shift', 'start')).status).toBe(202);
    await until(() => ring('POST shift/ring'), 200);
    await killWorkers();
    await until(() => ring('POST shift/ring'), 404);
    writeFileSync(file, configuration);
    await platform.hot(['deploy'], join(folder, 'shift'));
    await until(() => ring('POST shift/ring'), 200);
  });

  it('that are the only ones of their environment prepare themselves, and block the others until they are stopped', async () => {
    cpSync(join(FIXTURES, 'alone'), join(folder, 'alone'), { recursive: true });
    await platform.hot(['deploy'], join(folder, 'alone'));
    await until(() => ring('POST shift/ring'), 404);
    await until(tools, []);
    await until(() => beats('::alone::work/prepare'), 1);
    // What preparing sends waits for the app.
    await until(() => beats('::alone::work/prepared'), 1);
    const [ours, theirs] = [await beats('::shift::work/beat'), await beats('::clock::jobs/tick')];
    const refused = await act('shift', 'reload');
    expect([refused.status, refused.text]).toEqual([
      409,
      expect.stringContaining('App shift is BLOCKED: it cannot be reloaded now. alone is the only app'),
    ]);
    const eventId = await publish('shift:note', {});
    await until(() => isUnhandled(eventId), true);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await beats('::shift::work/beat')).toBeLessThanOrEqual(ours + 1);
    expect(await beats('::clock::jobs/tick')).toBeLessThanOrEqual(theirs + 1);

    await killWorkers();
    await until(() => beats('::alone::work/prepare'), 2);
    expect((await act('shift', 'reload')).status).toBe(409);
    await until(async () => (await act('alone', 'stop')).status, 202);
    await until(() => ring('POST shift/ring'), 200);
    await until(async () => (await beats('::clock::jobs/tick')) > theirs + 1, true);
    expect(await tools()).toEqual(['clerk-look', 'look']);
    await until(verified, true);
  });

  it('do not serve when what prepares them fails; the reason says which function and why', async () => {
    const source = join(folder, 'alone/hot/src/alone.hot');
    const working = readFileSync(source, 'utf8');
    writeFileSync(source, working.replace('load.build-id', 'fail("no stock")'));
    await platform.hot(['deploy'], join(folder, 'alone'));
    await act('alone', 'start');
    await until(
      async () =>
        (
          await platform.query<{ runtime_error: string }>(
            `SELECT runtime_error FROM hot.build WHERE runtime_status = 'failed'`,
          )
        )[0]?.runtime_error,
      expect.stringMatching(/^hot\/src\/alone\.hot:4: ::alone::work\/prepare, .*: no stock \(run /),
    );
    expect((await act('alone', 'stop')).text).toContain('App alone is FAILED');
    expect(await ring('POST shift/ring')).toBe(200);
  });

  it('are reloaded by the next worker when theirs is killed', async () => {
    const slow = await publish('shift:slow', { ms: 1_500 });
    await until(() => statuses(slow), ['running']);
    expect((await act('shift', 'reload')).body.data.status).toBe('STOPPING');
    await killWorkers();
    const meanwhile = await publish('shift:note', {});
    // The lease of the killed one has to run out before its run is begun again.
    await eventually(async () => expect(await statuses(meanwhile)).toEqual(['succeeded', 'succeeded']), {
      timeoutMs: 60_000,
    });
    await until(() => ring('POST shift/ring'), 200);
  });
});
