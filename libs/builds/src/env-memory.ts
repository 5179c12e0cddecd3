/**
 * Something about what serves, kept in memory per environment. The usual question is answered without waiting: while
 * notices of changes arrive, what is remembered is good until one names the environment; without them it is compared
 * with the database's revision twice a second.
 */
import type { Clock } from '@app/kernel';
import type { DbNotices } from '@app/platform/database';
import { LRUCache } from 'lru-cache';

/** A value while it is remembered, a promise while it must be read. */
export type Soon<T> = T | Promise<T>;

export interface EnvSource<T> {
  /** The environment's revision, which grows when something else serves; undefined when there is none. */
  revision(envId: string): Promise<number | undefined>;
  /** The revision first, then the rest: what is activated in between is read again then. */
  read(envId: string): Promise<T | null>;
}

/** Payload: the id of the environment. */
const ENV_CHANGED_CHANNEL = 'hot_env';

const MAX_ENVS = 1_000;
/** A belt for the braces: how long notices alone are trusted. */
export const TRUST_NOTICES_MS = 10_000;
const TRUST_NOTHING_MS = 500;

interface Remembered<T> {
  readonly value: T;
  readonly checkedAtMs: number;
}

export class EnvMemory<T extends { readonly revision: number }> {
  private readonly envs = new LRUCache<string, Remembered<T>>({ max: MAX_ENVS });
  private readonly reading = new Map<string, Promise<T | null>>();
  /** Grows with every notice: what was being read meanwhile may be old already. */
  private epoch = 0;

  constructor(
    private readonly source: EnvSource<T>,
    private readonly notices: DbNotices,
    private readonly clock: Clock,
  ) {}

  /** Begins to hear of changes. */
  listen(): void {
    this.notices.listen(ENV_CHANGED_CHANNEL, {
      onNotice: (envId) => this.forget(envId),
      onGap: () => this.forget(null),
    });
  }

  /** Null when there is no such environment. */
  get(envId: string): Soon<T | null> {
    const known = this.envs.get(envId);
    if (known !== undefined && this.clock.nowMs() - known.checkedAtMs < this.trustMs()) return known.value;
    const underWay = this.reading.get(envId);
    if (underWay !== undefined) return underWay;
    const reading = this.read(envId, known?.value).finally(() => this.reading.delete(envId));
    this.reading.set(envId, reading);
    return reading;
  }

  private async read(envId: string, known: T | undefined): Promise<T | null> {
    const { epoch } = this;
    // Before reading: what is committed while we read must make the next question read again.
    const checkedAtMs = this.clock.nowMs();
    const value = await this.current(envId, known);
    if (value === null) this.envs.delete(envId);
    else if (epoch === this.epoch) this.envs.set(envId, { value, checkedAtMs });
    return value;
  }

  private async current(envId: string, known: T | undefined): Promise<T | null> {
    if (known !== undefined && (await this.source.revision(envId)) === known.revision) return known;
    return this.source.read(envId);
  }

  private forget(envId: string | null): void {
    this.epoch += 1;
    if (envId === null) this.envs.clear();
    else this.envs.delete(envId);
  }

  private trustMs(): number {
    return this.notices.isLive() ? TRUST_NOTICES_MS : TRUST_NOTHING_MS;
  }
}

export function whenKnown<A, B>(value: Soon<A>, then: (value: A) => Soon<B>): Soon<B> {
  return value instanceof Promise ? value.then(then) : then(value);
}
