import { Clock, type Principal } from '@app/kernel';
import { DbNotices } from '@app/platform/database';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { CREDENTIAL_CHANGED_CHANNEL, Credentials } from './credentials';

/** What stays open after its request was answered. */
export interface HeldConnection {
  end(): void;
  whenClosed(listener: () => void): void;
}

interface Holder {
  readonly principal: Principal;
  /** Null for one that does not expire. */
  expiresAtMs: number | null;
  readonly connections: Set<HeldConnection>;
}

const TICK_MS = 1_000;

/** Event streams outlive the request that was checked: they end when their credential does, or its rights change. */
@Injectable()
export class HeldConnections implements OnModuleInit, OnApplicationShutdown {
  private readonly holders = new Map<string, Holder>();
  /** Ids of credentials that may have ended. Those that nobody can look up now are looked up with the next tick. */
  private readonly doubtful = new Set<string>();
  private looking = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly credentials: Credentials,
    private readonly notices: DbNotices,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.notices.listen(CREDENTIAL_CHANGED_CHANNEL, {
      onNotice: (id) => this.doubt(id),
      onGap: () => this.doubt('*'),
    });
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  hold(principal: Principal, connection: HeldConnection): void {
    const id = principal.credentialId;
    let holder = this.holders.get(id);
    if (holder === undefined) {
      const known = this.credentials.remembers(principal);
      holder = { principal, expiresAtMs: known?.expiresAtMs ?? null, connections: new Set() };
      this.holders.set(id, holder);
      // It may have changed between the check of the request and now.
      if (known === undefined) this.doubtful.add(id);
    }
    const { connections } = holder;
    connections.add(connection);
    this.timer ??= setInterval(() => this.tick(), TICK_MS).unref();
    connection.whenClosed(() => {
      connections.delete(connection);
      if (connections.size > 0 || this.holders.get(id) !== holder) return;
      this.holders.delete(id);
      this.doubtful.delete(id);
    });
  }

  /** @param changed id of a credential or of the API key behind it; `*` for all */
  private doubt(changed: string): void {
    for (const [id, { principal }] of this.holders) {
      if (changed === '*' || changed === id || changed === principal.apiKeyId) this.doubtful.add(id);
    }
    void this.look();
  }

  /** One after the other: after a gap these may be thousands, and nobody is in a hurry. */
  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      for (const id of this.doubtful) {
        const holder = this.holders.get(id);
        // Before it is read: a notice that comes meanwhile is another doubt.
        this.doubtful.delete(id);
        if (holder === undefined) continue;
        const found = await this.credentials.lookUp(holder.principal).catch((error: unknown) => {
          this.doubtful.add(id);
          throw error;
        });
        if (found === null || !isDeepStrictEqual(found.principal.permissions, holder.principal.permissions))
          // Of other rights, too: whoever comes back is asked for those that are needed.
          this.end(holder);
        else holder.expiresAtMs = found.expiresAtMs;
      }
    } catch {
      // The database is away, and with it all news; the next tick looks again.
    } finally {
      this.looking = false;
    }
  }

  private tick(): void {
    const now = this.clock.nowMs();
    for (const holder of this.holders.values()) {
      if (holder.expiresAtMs !== null && holder.expiresAtMs <= now) this.end(holder);
    }
    if (this.doubtful.size > 0) void this.look();
    if (this.holders.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private end({ connections }: Holder): void {
    for (const connection of connections) connection.end();
  }
}
