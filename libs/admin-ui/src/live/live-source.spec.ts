import type { LiveMessage } from '@app/contracts';
import { LiveSource, type LiveState } from './live-source';

class FakeEventSource {
  static made: FakeEventSource[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string; lastEventId: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;

  constructor(readonly url: string) {
    FakeEventSource.made.push(this);
  }

  close(): void {
    this.closed = true;
  }

  say(id: string, message: LiveMessage): void {
    this.onmessage?.({ data: JSON.stringify(message), lastEventId: id });
  }
}

const newest = (): FakeEventSource => {
  const source = FakeEventSource.made.at(-1);
  if (source === undefined) throw new Error('no connection was made');
  return source;
};

describe('LiveSource', () => {
  const heard: LiveMessage[] = [];
  let states: LiveState[] = [];
  let source: LiveSource;

  beforeEach(() => {
    jest.useFakeTimers();
    FakeEventSource.made = [];
    heard.length = 0;
    states = [];
    Object.assign(globalThis, { EventSource: FakeEventSource });
    source = new LiveSource('/live', {
      message: (message) => heard.push(message),
      state: (state) => states.push(state),
    });
  });
  afterEach(() => {
    source.stop();
    jest.useRealTimers();
  });

  const beat: LiveMessage = { topic: 'heartbeat', data: { now: '2026-03-04T09:00:00Z' } };

  it('comes back after a broken connection and asks for what it missed', () => {
    newest().onopen?.();
    newest().say('41', beat);
    newest().onerror?.();
    expect(states.at(-1)?.kind).toBe('waiting');
    jest.advanceTimersByTime(1300);
    expect(FakeEventSource.made).toHaveLength(2);
    expect(FakeEventSource.made[0]?.closed).toBe(true);
    expect(newest().url).toBe('/live?after=41');
    newest().onopen?.();
    expect(states.at(-1)?.kind).toBe('live');
  });

  it('takes forty seconds of silence for a dead connection, a heartbeat for a live one', () => {
    newest().onopen?.();
    jest.advanceTimersByTime(30_000);
    newest().say('1', beat);
    jest.advanceTimersByTime(30_000);
    expect(states.at(-1)?.kind).toBe('live');
    jest.advanceTimersByTime(10_001);
    expect(states.at(-1)?.kind).toBe('waiting');
  });

  it('waits longer after each failure, and begins anew after a success', () => {
    newest().onerror?.();
    jest.advanceTimersByTime(1300);
    newest().onerror?.();
    jest.advanceTimersByTime(1300);
    expect(FakeEventSource.made).toHaveLength(2);
    jest.advanceTimersByTime(1300);
    expect(FakeEventSource.made).toHaveLength(3);
    newest().onopen?.();
    newest().onerror?.();
    jest.advanceTimersByTime(1300);
    expect(FakeEventSource.made).toHaveLength(4);
  });

  it('does not wait when told to hurry, and makes no second connection', () => {
    newest().onerror?.();
    source.hurry();
    expect(FakeEventSource.made).toHaveLength(2);
    source.hurry();
    jest.advanceTimersByTime(60_000);
    expect(FakeEventSource.made.filter(({ closed }) => !closed)).toHaveLength(1);
  });

  it('stays away once stopped', () => {
    source.stop();
    newest().onerror?.();
    jest.advanceTimersByTime(60_000);
    expect(FakeEventSource.made).toHaveLength(1);
    expect(states.at(-1)?.kind).toBe('off');
  });
});
