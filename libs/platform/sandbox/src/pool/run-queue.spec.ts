import type { SandboxRun } from '../port';
import { QUARANTINE, RunQueue, type WaitingRun } from './run-queue';

const entry = (runId: string): WaitingRun => ({
  run: { runId } as SandboxRun, // the queue looks at nothing else
  sinceMs: 0,
  settle: () => undefined,
  placed: () => undefined,
});

function offered(queue: RunQueue, accept: (runId: string) => boolean): string[] {
  const seen: string[] = [];
  queue.offer((_, { run }) => {
    seen.push(run.runId);
    return accept(run.runId);
  });
  return seen;
}

describe('the queue of waiting runs', () => {
  it('keeps the order within an organization and lets none wait behind another', () => {
    const queue = new RunQueue();
    for (const id of ['a1', 'a2', 'b1', 'b2']) queue.add(id[0] ?? '', entry(id));
    expect(offered(queue, (id) => id.startsWith('b'))).toEqual(['a1', 'b1', 'b2']);
    expect(queue.size).toBe(2);
    expect(offered(queue, () => true)).toEqual(['a1', 'a2']);
    expect(queue.size).toBe(0);
  });

  it('puts back at the front what could not begin', () => {
    const queue = new RunQueue();
    queue.add(null, entry('1'));
    queue.add(null, entry('2'));
    queue.addFirst(null, entry('0'));
    expect(offered(queue, () => true)).toEqual(['0', '1', '2']);
  });

  it('gives up a run that is stopped, once', () => {
    const queue = new RunQueue();
    const one = entry('1');
    queue.add(QUARANTINE, one);
    expect(queue.remove(one.run)).toBe(one);
    expect(queue.remove(one.run)).toBeNull();
    expect(queue.size).toBe(0);
  });

  it('empties at once', () => {
    const queue = new RunQueue();
    queue.add('a', entry('1'));
    queue.add(QUARANTINE, entry('2'));
    expect(queue.removeAll().map(({ run }) => run.runId)).toEqual(['1', '2']);
    expect(queue.size).toBe(0);
  });
});
