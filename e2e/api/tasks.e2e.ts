/** Tasks over real processes and the real sandbox: the example of a pipeline as its README has it, and what programs can do. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@app/testing';
import { call, type Run } from '../support/api';
import { startPlatform, type Platform } from '../support/platform';

const EXAMPLE = join(__dirname, '../../examples/pipeline');
const FIXTURE = join(__dirname, '../fixtures/sdk');

interface Task {
  readonly task_id: string;
  readonly status: string;
  readonly result: unknown;
  readonly run_id: string | null;
}

describe('tasks of a deployed program', () => {
  let platform: Platform;

  beforeAll(async () => {
    platform = await startPlatform();
    await platform.hot(['deploy'], EXAMPLE);
    await platform.hot(['deploy'], FIXTURE);
  }, 90_000);
  afterAll(() => platform.stop());

  const get = async <T>(path: string): Promise<T> =>
    (await call<{ data: T }>(platform.api, path, { key: platform.key })).body.data;

  /** The task that the handler of this event started, when it has ended. */
  const taskOf = async (eventType: string, data: unknown): Promise<Task> => {
    const { event_id: eventId } = (
      await call<{ data: { event_id: string } }>(platform.api, '/v1/events', {
        key: platform.key,
        body: { event_type: eventType, event_data: data },
      })
    ).body.data;
    const id = await eventually(
      async () => {
        const [run] = await get<Run[]>(`/v1/events/${eventId}/runs`);
        return run?.status === 'succeeded' && (run.result as { readonly task: string }).task;
      },
      { timeoutMs: 20_000 },
    );
    return eventually(
      async () => {
        const task = await get<Task>(`/v1/tasks/${id}`);
        return !['queued', 'running'].includes(task.status) && task;
      },
      { timeoutMs: 20_000 },
    );
  };

  it('take a file in and lead to its summary', async () => {
    const content = readFileSync(join(EXAMPLE, 'hot/resources/readings.csv'), 'utf8');
    await call(platform.api, '/v1/files/upload/in/readings.csv', {
      method: 'PUT',
      key: platform.key,
      body: content,
      headers: { 'content-type': 'text/csv' },
    });
    const task = await taskOf('file:arrived', { path: 'in/readings.csv' });
    expect(task).toMatchObject({
      status: 'completed',
      result: { path: 'in/readings.csv', kept: 4, repeated: 1, rejected: [{ line: 5 }, { line: 8 }] },
    });
    const summaries = await eventually(
      async () => {
        const runs = await get<Run[]>('/v1/runs?limit=50');
        const done = runs.filter(
          ({ status, result }) =>
            status === 'succeeded' && (result as { path?: string } | null)?.path === 'out/summary.csv',
        );
        return done.length > 0 && done;
      },
      { timeoutMs: 20_000 },
    );
    expect(summaries[0]?.result).toMatchObject({ stations: expect.any(Number) });
  }, 60_000);

  it('are told messages in order, from a checkpoint on', async () => {
    expect(await taskOf('sdk:listen', { n: 1 })).toMatchObject({
      status: 'completed',
      result: { n: 1, first: 'one', second: 'two' },
    });
  }, 60_000);

  it('have a run of their own, which lists of runs leave out', async () => {
    const task = await taskOf('sdk:task', { n: 5 });
    expect(task.result).toEqual({ n: 5, turns: 3_000 });
    expect((await get<Run>(`/v1/runs/${task.run_id ?? ''}`)).run_type).toBe('task');
    const listed = await get<Run[]>('/v1/runs?limit=100');
    expect(listed.map(({ run_id }) => run_id)).not.toContain(task.run_id);
  }, 60_000);
});
