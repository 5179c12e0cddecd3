/**
 * A subscription outlives the request that was checked, so it is asked again and again whether it may still be open:
 * for all of this process together, and only while there are any.
 */
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { MembershipService, type EnvMember } from '@app/identity';

interface Guest {
  readonly member: Pick<EnvMember, 'sessionId' | 'envId'>;
  readonly refused: () => void;
}

const CHECK_EVERY_MS = 2_000;

@Injectable()
export class LiveGuests implements OnApplicationShutdown {
  private readonly log = new Logger(LiveGuests.name);
  private readonly guests = new Set<Guest>();
  private timer: NodeJS.Timeout | undefined;
  private checking = false;

  constructor(private readonly memberships: MembershipService) {}

  /** Calls `refused` when the member is signed out, switched off or removed. Answers how to stop asking. */
  watch(member: Guest['member'], refused: () => void): () => void {
    const guest: Guest = { member, refused };
    this.guests.add(guest);
    this.timer ??= setInterval(() => void this.check(), CHECK_EVERY_MS).unref();
    return () => {
      this.guests.delete(guest);
      if (this.guests.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    };
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async check(): Promise<void> {
    if (this.checking) return;
    this.checking = true;
    try {
      const guests = [...this.guests];
      const isStill = await this.memberships.stillInEnv(guests.map(({ member }) => member));
      for (const { member, refused } of guests) if (!isStill(member)) refused();
    } catch (error) {
      // The database is away, and with it all news.
      this.log.warn({ event: 'live.check_failed', error: String(error) });
    } finally {
      this.checking = false;
    }
  }
}
