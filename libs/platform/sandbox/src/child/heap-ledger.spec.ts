import { HeapLedger } from './heap-ledger';

const MIB = 1024 * 1024;
const ledger = (): HeapLedger => new HeapLedger(100 * MIB, 0.85);

describe('the bytes of an isolate', () => {
  it('are charged to those who had the processor while they grew', () => {
    const heap = ledger();
    heap.sample(10 * MIB, new Map());
    heap.sample(
      50 * MIB,
      new Map([
        [1, 30],
        [2, 10],
      ]),
    );
    expect(heap.bytesOf(1)).toBe(30 * MIB);
    expect(heap.bytesOf(2)).toBe(10 * MIB);
    expect(heap.bytesOf(3)).toBe(0);
  });

  it('shrink in proportion when a collection takes some', () => {
    const heap = ledger();
    heap.sample(40 * MIB, new Map([[1, 1]]));
    heap.sample(20 * MIB, new Map([[2, 1]]));
    expect(heap.bytesOf(1)).toBe(20 * MIB);
    expect(heap.share).toBe(0.2);
  });

  it('are too many only when two samples say so', () => {
    const heap = ledger();
    heap.sample(90 * MIB, new Map());
    expect(heap.isHigh).toBe(false);
    heap.sample(91 * MIB, new Map());
    expect(heap.isHigh).toBe(true);
    heap.calm();
    expect(heap.isHigh).toBe(false);
    heap.sample(91 * MIB, new Map());
    heap.sample(30 * MIB, new Map());
    heap.sample(90 * MIB, new Map());
    expect(heap.isHigh).toBe(false);
  });

  it('are forgotten with their run', () => {
    const heap = ledger();
    heap.charge(1, 5);
    heap.forget(1);
    expect(heap.bytesOf(1)).toBe(0);
  });
});
