/**
 * Writes many small things as few big ones, without a timer: a group is whatever arrived while earlier groups were on
 * their way. An idle writer therefore adds no delay, and a busy one pays one round trip and one disk flush for
 * hundreds of rows.
 */
export interface GroupWriterOptions<Item, Result> {
  /** Items of one group at most. */
  readonly maxItems: number;
  /** Sum of weights of one group at most; one heavier item goes alone. */
  readonly maxWeight: number;
  /** Groups on their way at the same time. */
  readonly maxInFlight: number;
  readonly weigh: (item: Item) => number;
  /** Answers in the order of the items. `lane` is below maxInFlight and never used by two groups at once. */
  readonly write: (items: readonly Item[], lane: number) => Promise<readonly Result[]>;
  /** Whether the failure can be one item's own fault, so that splitting the group finds the culprit. */
  readonly isItemsFault: (error: unknown) => boolean;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export class GroupWriter<Item, Result> {
  private readonly freeLanes: number[];
  private waiting: Waiting<Item, Result>[] = [];
  private scheduled = false;
  private inFlight = 0;
  private idle: (() => void)[] = [];

  constructor(private readonly options: GroupWriterOptions<Item, Result>) {
    this.freeLanes = Array.from({ length: options.maxInFlight }, (_, lane) => lane);
  }

  /** Settles when the item's group has been written, or with the failure that belongs to this item. */
  push(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.schedule();
    });
  }

  /** Items that wait for a group. */
  get depth(): number {
    return this.waiting.length;
  }

  /** Resolves when nothing waits and nothing is on its way. */
  drained(): Promise<void> {
    if (this.waiting.length === 0 && this.inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => this.idle.push(resolve));
  }

  private schedule(): void {
    if (this.scheduled || this.freeLanes.length === 0 || this.waiting.length === 0) return;
    this.scheduled = true;
    // After the sockets that are ready in this turn have been read: their requests join the same group.
    setImmediate(() => {
      this.scheduled = false;
      this.flush();
      this.schedule();
    });
  }

  private flush(): void {
    const lane = this.freeLanes.pop();
    if (lane === undefined) return;
    const group = this.takeGroup();
    this.inFlight += 1;
    void this.writeGroup(group, lane).finally(() => {
      this.freeLanes.push(lane);
      this.inFlight -= 1;
      this.schedule();
      if (this.waiting.length === 0 && this.inFlight === 0) {
        for (const wake of this.idle.splice(0)) wake();
      }
    });
  }

  private takeGroup(): Waiting<Item, Result>[] {
    const { maxItems, maxWeight, weigh } = this.options;
    let weight = 0;
    let count = 0;
    for (const entry of this.waiting) {
      weight += weigh(entry.item);
      if (count === maxItems || (count > 0 && weight > maxWeight)) break;
      count += 1;
    }
    if (count === this.waiting.length) {
      const all = this.waiting;
      this.waiting = [];
      return all;
    }
    return this.waiting.splice(0, count);
  }

  private async writeGroup(group: readonly Waiting<Item, Result>[], lane: number): Promise<void> {
    try {
      const results = await this.options.write(
        group.map((entry) => entry.item),
        lane,
      );
      group.forEach((entry, index) => entry.resolve(results[index] as Result));
    } catch (error) {
      if (group.length === 1 || !this.options.isItemsFault(error)) {
        for (const entry of group) entry.reject(error);
        return;
      }
      // Halves, one after the other on the same lane: a bad row ends up alone after log2(n) steps.
      const middle = group.length >> 1;
      await this.writeGroup(group.slice(0, middle), lane);
      await this.writeGroup(group.slice(middle), lane);
    }
  }
}
