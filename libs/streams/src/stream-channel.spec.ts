import type { StreamNotice } from '@app/dispatch';
import type { RunView } from '@app/runs';
import { StreamChannel, type Happening } from './stream-channel';

const scope = { orgId: 'o', envId: 'e' };
const head = {
  run_id: 'r',
  env_id: 'e',
  stream_id: 's',
  build_id: null,
  run_type: 'event',
  status: 'succeeded',
  start_time: '2026-01-01T00:00:00.000Z',
  stop_time: '2026-01-01T00:00:00.005Z',
  origin_run_id: null,
  event_id: null,
  result: null,
  project_id: null,
  project_name: null,
  retry_attempt: 0,
  next_retry_at: null,
  function_name: '::a/b',
} as const;
const end = (data: number) =>
  ({
    k: 'end',
    runId: 'r',
    projectId: null,
    status: 'succeeded',
    data,
    run: head,
    result: '{"2":1,"1":2}',
  }) satisfies StreamNotice;

function watch(stored: RunView | null = null) {
  const told: Happening[] = [];
  let reads = 0;
  const channel = new StreamChannel(scope, 's', {
    run: async () => {
      reads += 1;
      return stored;
    },
    task: async () => null,
  });
  channel.listen((happening) => told.push(happening));
  return { channel, told, reads: () => reads };
}

describe('a watched stream', () => {
  it('tells beginning and end of a run from the notice of its end alone, without reading it', () => {
    const { channel, told, reads } = watch();
    channel.onNotice(end(0));
    expect(told.map(({ kind }) => kind)).toEqual(['start', 'status']);
    expect(told[0]).toMatchObject({ frame: expect.stringContaining('"status":"running"') });
    expect(told[1]).toMatchObject({ frame: expect.stringContaining('"result":{"2":1,"1":2}') });
    expect(reads()).toBe(0);
  });

  it('tells an end once, whatever comes after it', () => {
    const { channel, told } = watch();
    channel.onNotice(end(0));
    channel.onNotice(end(0));
    channel.onLook('r', 2);
    expect(told).toHaveLength(2);
  });

  it('keeps an end until the stream data that went before it is there', async () => {
    const { channel, told } = watch();
    channel.onNotice({ k: 'run', run: { ...head, status: 'running', stop_time: null } });
    channel.onNotice(end(1));
    expect(told.map(({ kind }) => kind)).toEqual(['start']);
    channel.onNotice({ k: 'data', runId: 'r', projectId: null, seq: 0, id: 'd', type: 't', payload: '1' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(told.map(({ kind }) => kind)).toEqual(['start', 'data', 'status']);
  });

  it('keeps an end that the database told first until the stream data is there', async () => {
    const { channel, told } = watch({
      runId: 'r',
      envId: 'e',
      streamId: 's',
      buildId: null,
      runType: 'event',
      status: 'succeeded',
      startTimeMs: 0,
      stopTimeMs: 5,
      originRunId: null,
      eventId: null,
      result: '1',
      projectId: null,
      projectName: null,
      retryAttempt: 0,
      nextRetryAtMs: null,
      functionName: '::a/b',
      streamDataCount: 1,
    });
    channel.onNotice({ k: 'run', run: { ...head, status: 'running', stop_time: null } });
    channel.onLook('r', 2);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(told.map(({ kind }) => kind)).toEqual(['start']);
    channel.onNotice({ k: 'data', runId: 'r', projectId: null, seq: 0, id: 'd', type: 't', payload: '1' });
    channel.onNotice(end(1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(told.map(({ kind }) => kind)).toEqual(['start', 'data', 'status']);
  });

  it('reads a run whose end came without it', async () => {
    const { channel, told, reads } = watch(null);
    channel.onNotice({ k: 'end', runId: 'r', projectId: null, status: 'succeeded', data: 0 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(reads()).toBe(1);
    expect(told).toEqual([]);
  });
});
