/** What runs print, from outside: kept with the run, shown in the app, bounded, and free of charge for the database. */
import { join } from 'node:path';
import { SseReader, type Run } from '../support/api';
import { AppSession } from '../support/app';
import { startPlatform, type Platform } from '../support/platform';

const FIXTURE = join(__dirname, '../fixtures/printing');
const LIMIT = 100_000;

interface Logs {
  readonly lines: readonly { readonly at: string; readonly stream: string; readonly text: string }[];
  readonly total: number;
  readonly dropped: number;
  readonly dropped_bytes: number;
}

describe('what runs print', () => {
  let platform: Platform;
  let app: AppSession;

  beforeAll(async () => {
    platform = await startPlatform({
      withApp: true,
      env: { HOT_WORKER_RUN_TIMEOUT: '1s', HOT_RUN_LOG_MAX_BYTES: `${LIMIT}` },
    });
    await platform.hot(['deploy'], FIXTURE);
    app = await AppSession.open(platform.app);
  }, 90_000);
  afterAll(() => platform.stop());

  const run = async (event_type: string, event_data: unknown = {}): Promise<Run> => {
    const sse = await SseReader.open(platform.api, '/v1/streams/subscribe-with-event', platform.key, {
      event_type,
      event_data,
    });
    const end = await sse.until((each) => each.type === 'run:stop' || each.type === 'run:fail', 20_000);
    sse.close();
    if (end.run === undefined) throw new Error('The end of a run came without it');
    return end.run;
  };
  const logsOf = (ended: Run, query = ''): Promise<Logs> =>
    app.get<Logs>(`/runs/${ended.run_id}/logs${query}`);
  const texts = (logs: Logs): readonly string[] => logs.lines.map((line) => `${line.stream} ${line.text}`);

  it('is there line by line when the run has ended, with its time', async () => {
    const before = Date.now();
    const ended = await run('printing:two', { name: '🌊 "x"' });
    expect(ended).toMatchObject({ status: 'succeeded', result: 'printed' });
    const logs = await logsOf(ended);
    expect(texts(logs)).toEqual([
      'stdout first 🌊 "x"',
      'stderr to the other',
      'stdout without a line feed',
      'stdout and two lines',
    ]);
    expect(logs).toMatchObject({ total: 4, dropped: 0, dropped_bytes: 0 });
    for (const { at } of logs.lines) {
      expect(Date.parse(at)).toBeGreaterThanOrEqual(before - 1);
      expect(Date.parse(at)).toBeLessThanOrEqual(Date.now());
    }
  });

  it('is found by stream and text, in pages', async () => {
    const ended = await run('printing:two', { name: 'x' });
    expect(texts(await logsOf(ended, '?stream=stderr'))).toEqual(['stderr to the other']);
    expect(texts(await logsOf(ended, '?q=LINE'))).toEqual([
      'stdout without a line feed',
      'stdout and two lines',
    ]);
    const page = await logsOf(ended, '?limit=1&offset=2');
    expect([texts(page), page.total]).toEqual([['stdout without a line feed'], 4]);
    await expect(logsOf(ended, '?stream=x')).rejects.toThrow(/answered 400/);
  });

  it('travels in the row of the run while it is little: no row and no statement of its own', async () => {
    const [printed, silent] = [await run('printing:two', { name: 'x' }), await run('printing:silent')];
    expect((await logsOf(silent)).lines).toEqual([]);
    expect(
      await platform.query('SELECT 1 FROM hot.trace_segment WHERE run_id = ANY ($1::uuid[])', [
        [printed.run_id, silent.run_id],
      ]),
    ).toEqual([]);
  });

  it('is there after a failure, and after a run that was stopped', async () => {
    expect(texts(await logsOf(await run('printing:fail')))).toEqual(['stdout about to fail']);
    const stopped = await run('printing:hang');
    expect(stopped.status).toBe('failed');
    expect(texts(await logsOf(stopped))).toEqual(['stdout before it hangs']);
  });

  it('is bounded: what comes beyond is counted, and the run goes on', async () => {
    const text = 'y'.repeat(99);
    const ended = await run('printing:flood', { times: 1_500, text });
    expect(ended.status).toBe('succeeded');
    const logs = await logsOf(ended, '?limit=10000');
    expect(logs.lines).toHaveLength(1_000);
    expect(logs.lines.every((line) => line.text === text)).toBe(true);
    expect(logs).toMatchObject({ total: 1_000, dropped: 500, dropped_bytes: 50_000 });
  });

  it('does not exist for runs of others', async () => {
    await expect(app.get('/runs/01990000-0000-7000-8000-000000000000/logs')).rejects.toThrow(/answered 404/);
  });
});
