import { Logger } from '@nestjs/common';

const WRITE_EVERY_MS = 60_000;

/** Which credentials of a kind were used: written at most once a minute, all of them in one statement. */
export class LastUses {
  private readonly log = new Logger(LastUses.name);
  private readonly used = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly write: (ids: readonly string[]) => Promise<void>) {}

  /** Returns at once. */
  note(id: string): void {
    this.used.add(id);
    this.timer ??= setTimeout(() => void this.flush(), WRITE_EVERY_MS).unref();
  }

  async flush(): Promise<void> {
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    const ids = [...this.used];
    this.used.clear();
    try {
      await this.write(ids);
    } catch (error) {
      // Only a time that is shown to people; the next use writes it again.
      this.log.warn({ event: 'keys.last_uses_not_written', error: String(error) });
    }
  }
}
