/**
 * Notices between processes: a hint that something happened, said after the commit that made it true. They may be lost,
 * and they come at most once; whoever needs to be sure looks at the database. Names are without the installation's prefix.
 */
export type NoticeListener = (message: string) => void;

export abstract class LiveBus {
  /** Sends in order, in few round trips. Never throws: while nobody can be told, nobody is. */
  abstract publish(channel: string, message: string): void;
  /**
   * The same for what nobody waits for: goes out with the next `publish` of this process, or a few milliseconds later.
   * The order stays.
   */
  abstract publishSoon(channel: string, message: string): void;
  /** Resolves when notices published from now on will arrive. Answers how to stop. */
  abstract subscribe(channel: string, listener: NoticeListener): Promise<() => void>;
  /** Whether notices can pass at the moment. */
  abstract isUp(): boolean;
  /** Resolves when what was published so far has been handed over. */
  abstract flushed(): Promise<void>;
}

/** One process talking to itself. */
export class MemoryLiveBus extends LiveBus {
  private readonly listeners = new Map<string, Set<NoticeListener>>();

  override publish(channel: string, message: string): void {
    setImmediate(() => {
      for (const listener of this.listeners.get(channel) ?? []) listener(message);
    });
  }

  override publishSoon(channel: string, message: string): void {
    this.publish(channel, message);
  }

  override async subscribe(channel: string, listener: NoticeListener): Promise<() => void> {
    const set = this.listeners.get(channel) ?? new Set();
    this.listeners.set(channel, set.add(listener));
    return () => {
      set.delete(listener);
      if (set.size === 0 && this.listeners.get(channel) === set) this.listeners.delete(channel);
    };
  }

  override isUp(): boolean {
    return true;
  }

  override async flushed(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
