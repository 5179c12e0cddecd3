import type { SseConnection } from '@app/platform/live';
import type { RunView } from '@app/runs';
import { StreamSubscriber } from './stream-subscriber';

const ended: RunView = {
  runId: 'r',
  envId: 'e',
  streamId: 's',
  buildId: null,
  runType: 'event',
  status: 'succeeded',
  startTimeMs: 1_000,
  stopTimeMs: 1_005,
  originRunId: null,
  eventId: null,
  result: '1',
  projectId: null,
  projectName: null,
  retryAttempt: 0,
  nextRetryAtMs: null,
  functionName: '::a/b',
  streamDataCount: 1,
};

function subscribe() {
  const written: string[] = [];
  const connection = {
    write: (frame: string) => {
      written.push(/^event: (.*)$/m.exec(frame)?.[1] ?? frame);
      return true;
    },
  } as unknown as SseConnection;
  return { subscriber: new StreamSubscriber(null), connection, written };
}
const data = {
  kind: 'data',
  runId: 'r',
  projectId: null,
  frame: 'data',
  piece: { type: 'log', payload: '1' },
} as const;
const stop = { kind: 'status', run: ended, frame: 'stop' } as const;

describe('a subscriber that comes while a run ends [L1]', () => {
  it('is told the data first when it is kept already', () => {
    const { subscriber, connection, written } = subscribe();
    subscriber.onHappening(data);
    subscriber.onHappening(stop);
    subscriber.begin(connection, [ended], [], 60_000);
    expect(written).toEqual(['run:start', 'data', 'stop']);
  });

  it('is told the data first when it is still on its way', () => {
    const { subscriber, connection, written } = subscribe();
    subscriber.begin(connection, [ended], [], 1_010);
    subscriber.onHappening(data);
    subscriber.onHappening(stop);
    expect(written).toEqual(['run:start', 'data', 'stop']);
  });

  it('is told the end at once when there is nothing to wait for', () => {
    for (const [run, nowMs] of [
      [ended, 60_000],
      [{ ...ended, streamDataCount: 0 }, 1_010],
    ] as const) {
      const { subscriber, connection, written } = subscribe();
      subscriber.begin(connection, [run], [], nowMs);
      expect(written).toEqual(['run:start', 'run:stop']);
    }
  });

  it('is told the end soon when everybody else had been told before, and once', () => {
    jest.useFakeTimers();
    try {
      const { subscriber, connection, written } = subscribe();
      subscriber.begin(connection, [ended], [], 1_010);
      expect(written).toEqual(['run:start']);
      jest.advanceTimersByTime(500);
      expect(written).toEqual(['run:start', 'run:stop']);
      subscriber.onHappening(stop);
      const prompt = subscribe();
      prompt.subscriber.begin(prompt.connection, [ended], [], 1_010);
      prompt.subscriber.onHappening(stop);
      jest.advanceTimersByTime(500);
      expect([written, prompt.written]).toEqual([
        ['run:start', 'run:stop'],
        ['run:start', 'stop'],
      ]);
    } finally {
      jest.useRealTimers();
    }
  });
});
