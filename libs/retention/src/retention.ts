import { Clock } from '@app/kernel';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { expiredPeriods } from './expired-periods';
import { OldStreamsRepository } from './old-streams.repository';
import { PeriodDropRepository } from './period-drop.repository';
import { retentionConfig, type RetentionConfig } from './retention.config';

@Injectable()
export class Retention {
  private readonly log = new Logger(Retention.name);

  constructor(
    private readonly periods: PeriodDropRepository,
    private readonly streams: OldStreamsRepository,
    private readonly clock: Clock,
    @Inject(retentionConfig.token) private readonly config: RetentionConfig,
  ) {}

  /**
   * Drops what has expired and answers how many periods that were. Minutes must have become hours before. May be broken
   * off anywhere. A period that live work still refers to stays, and so do later ones of its class: each takes out of the
   * counters what was counted late of the one before.
   */
  async dropExpired(): Promise<number> {
    const partitions = await this.periods.partitions();
    const held = new Set<number>();
    let dropped = 0;
    for (const period of expiredPeriods(partitions, this.clock.nowMs(), this.config.graceDays)) {
      const { retentionClass, name } = period;
      if (held.has(retentionClass)) continue;
      const { rows, deadLetters } = await this.periods.stillNeeded(period);
      if (rows > 0) {
        held.add(retentionClass);
        this.log.warn({ event: 'retention.held', retentionClass, period: name, rows, deadLetters });
        continue;
      }
      if (!(await this.periods.drop(period))) return dropped; // somebody else is at it
      this.log.log({ event: 'retention.dropped', retentionClass, period: name });
      dropped += 1;
    }
    if (dropped > 0) {
      const streams = await this.streams.remove(this.config.graceDays);
      if (streams > 0) this.log.log({ event: 'retention.streams_removed', streams });
    }
    return dropped;
  }
}
