import { SliceLedger } from './slice-ledger';

describe('the slices of an isolate', () => {
  it('give the processor to the first and then to the next', () => {
    const slices = new SliceLedger();
    const first = slices.begin(1, 100);
    const second = slices.begin(2, 110);
    expect(slices.head?.run).toBe(1);
    expect(slices.headAgeMs(150)).toBe(50);
    slices.end(first, 150);
    expect(slices.head?.run).toBe(2);
    expect(slices.headAgeMs(160)).toBe(10);
    slices.end(second, 170);
    expect(slices.isIdle).toBe(true);
    expect(slices.headAgeMs(999)).toBe(0);
  });

  it('charge each run its time on the processor, the one that still has it included, and only once', () => {
    const slices = new SliceLedger();
    const first = slices.begin(1, 0);
    slices.begin(2, 0);
    slices.end(first, 30);
    expect(slices.takeBusy(50)).toEqual(
      new Map([
        [1, 30],
        [2, 20],
      ]),
    );
    expect(slices.takeBusy(60)).toEqual(new Map([[2, 10]]));
  });

  it('take an end that comes twice once', () => {
    const slices = new SliceLedger();
    const slice = slices.begin(1, 0);
    slices.end(slice, 10);
    slices.end(slice, 20);
    expect(slices.takeBusy(20)).toEqual(new Map([[1, 10]]));
  });

  it('tell who waits for the processor: not the one that has it, not one without work', () => {
    const slices = new SliceLedger();
    const first = slices.begin(1, 0);
    slices.begin(2, 0);
    slices.begin(1, 0);
    expect([1, 2, 3].map((run) => slices.isWaiting(run))).toEqual([false, true, false]);
    slices.end(first, 10);
    expect([1, 2].map((run) => slices.isWaiting(run))).toEqual([true, false]);
  });
});
