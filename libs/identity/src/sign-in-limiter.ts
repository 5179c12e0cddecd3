import { LRUCache } from 'lru-cache';

export interface SignInLimits {
  readonly windowMs: number;
  /** Failed attempts from one network address. */
  readonly perAddress: number;
  /** Failed attempts on one account, from anywhere: slows a distributed guess, and is high enough not to lock people out. */
  readonly perAccount: number;
}

export const DEFAULT_SIGN_IN_LIMITS: SignInLimits = { windowMs: 15 * 60_000, perAddress: 10, perAccount: 50 };

interface Window {
  count: number;
  readonly endsAt: number;
}

/**
 * Counts failed sign-ins. Kept in the process: it survives Redis being away, costs nothing, and the hash itself bounds
 * what several processes together could try. An attempt is counted before the password is looked at and given back when
 * it was right, so that parallel guesses cannot all pass the check first.
 */
export class SignInLimiter {
  private readonly addresses: LRUCache<string, Window>;
  private readonly accounts: LRUCache<string, Window>;

  constructor(
    private readonly nowMs: () => number,
    private readonly limits: SignInLimits = DEFAULT_SIGN_IN_LIMITS,
  ) {
    this.addresses = new LRUCache({ max: 20_000 });
    this.accounts = new LRUCache({ max: 20_000 });
  }

  /** Takes one attempt. Returns the seconds to wait when there is none left, else undefined. */
  take(address: string, account: string): number | undefined {
    const byAddress = this.window(this.addresses, networkOf(address));
    const byAccount = this.window(this.accounts, account.trim().toLowerCase());
    if (byAddress.count >= this.limits.perAddress) return this.secondsUntil(byAddress);
    if (byAccount.count >= this.limits.perAccount) return this.secondsUntil(byAccount);
    byAddress.count++;
    byAccount.count++;
    return undefined;
  }

  /** The attempt was right: it does not count. */
  giveBack(address: string, account: string): void {
    for (const window of [
      this.window(this.addresses, networkOf(address)),
      this.window(this.accounts, account.trim().toLowerCase()),
    ]) {
      window.count = Math.max(0, window.count - 1);
    }
  }

  private window(cache: LRUCache<string, Window>, key: string): Window {
    const now = this.nowMs();
    const known = cache.get(key);
    if (known !== undefined && known.endsAt > now) return known;
    const fresh: Window = { count: 0, endsAt: now + this.limits.windowMs };
    cache.set(key, fresh);
    return fresh;
  }

  private secondsUntil(window: Window): number {
    return Math.max(1, Math.ceil((window.endsAt - this.nowMs()) / 1000));
  }
}

/** One household of IPv6 owns at least a /64; counting single addresses there would count nothing. */
export function networkOf(address: string): string {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
  if (!plain.includes(':')) return plain;
  const [head = '', tail = ''] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const middle = plain.includes('::')
    ? Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
    : [];
  return [...left, ...middle, ...right]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
