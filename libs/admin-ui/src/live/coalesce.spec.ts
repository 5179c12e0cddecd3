import { reconnectDelayMs } from './backoff';
import { Coalescer, type Timers } from './coalesce';

/** Time that passes when told to. */
class Hand implements Timers {
  private at = 0;
  private readonly waiting: { readonly due: number; readonly run: () => void; cancelled: boolean }[] = [];

  now(): number {
    return this.at;
  }

  after(ms: number, run: () => void): () => void {
    const entry = { due: this.at + ms, run, cancelled: false };
    this.waiting.push(entry);
    return () => {
      entry.cancelled = true;
    };
  }

  async pass(ms: number): Promise<void> {
    for (let i = 0; i < 5; i += 1) await Promise.resolve();
    const end = this.at + ms;
    for (;;) {
      const next = this.waiting
        .filter((entry) => !entry.cancelled && entry.due <= end)
        .sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.at = next.due;
      next.cancelled = true;
      next.run();
      for (let i = 0; i < 5; i += 1) await Promise.resolve();
    }
    this.at = end;
  }
}

describe('Coalescer', () => {
  it('refreshes once after a burst has been quiet for 400 ms', async () => {
    const time = new Hand();
    let refreshes = 0;
    const coalescer = new Coalescer(async () => void (refreshes += 1), { timers: time });
    for (let i = 0; i < 10; i += 1) {
      coalescer.notice();
      await time.pass(50);
    }
    expect(refreshes).toBe(0);
    await time.pass(400);
    expect(refreshes).toBe(1);
  });

  it('does not wait longer than 1.5 s under constant noise', async () => {
    const time = new Hand();
    const at: number[] = [];
    const coalescer = new Coalescer(async () => void at.push(time.now()), { timers: time });
    for (let i = 0; i < 40; i += 1) {
      coalescer.notice();
      await time.pass(100);
    }
    expect(at[0]).toBe(1500);
    expect(at.length).toBeGreaterThanOrEqual(2);
  });

  it('never has two refreshes under way, and makes up for what came meanwhile', async () => {
    const time = new Hand();
    const finish: (() => void)[] = [];
    const coalescer = new Coalescer(() => new Promise<void>((resolve) => finish.push(resolve)), {
      timers: time,
    });
    coalescer.notice();
    await time.pass(400);
    coalescer.notice();
    await time.pass(5000);
    expect(finish).toHaveLength(1);
    finish[0]?.();
    await time.pass(400);
    expect(finish).toHaveLength(2);
  });

  it('sleeps while nobody looks and catches up once', async () => {
    const time = new Hand();
    let asleep = true;
    let refreshes = 0;
    const coalescer = new Coalescer(async () => void (refreshes += 1), {
      timers: time,
      asleep: () => asleep,
    });
    coalescer.notice();
    coalescer.notice();
    await time.pass(5000);
    expect(refreshes).toBe(0);
    asleep = false;
    coalescer.wake();
    await time.pass(400);
    coalescer.wake();
    await time.pass(5000);
    expect(refreshes).toBe(1);
  });
});

describe('reconnectDelayMs', () => {
  it('doubles from one second to thirty, with a quarter of play', () => {
    const middle = (attempt: number): number => reconnectDelayMs(attempt, () => 0.5);
    expect([0, 1, 2, 3, 4, 5, 9].map(middle)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(reconnectDelayMs(0, () => 0)).toBe(750);
    expect(reconnectDelayMs(0, () => 0.999)).toBeLessThanOrEqual(1250);
  });
});
