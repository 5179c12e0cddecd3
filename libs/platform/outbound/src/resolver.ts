/** Names to addresses. What is checked is what is connected to: sockets never resolve a second time. */
import { Resolver as CaresResolver, lookup } from 'node:dns/promises';
import { OutboundError, outboundErrorOf } from './outbound-error';

export interface Resolver {
  /** All addresses of a name, at least one. Rejects with OutboundError. */
  resolve(host: string): Promise<readonly string[]>;
}

const QUERY = { timeout: 2_000, tries: 3 };

/**
 * Asks the name servers directly. The system's own function occupies one of the few threads that also read files and
 * hash passwords, for as long as somebody's slow name server likes.
 */
export class NameServerResolver implements Resolver {
  private readonly cares = new CaresResolver(QUERY);

  async resolve(host: string): Promise<readonly string[]> {
    const answers = await Promise.allSettled([this.cares.resolve4(host), this.cares.resolve6(host)]);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (addresses.length > 0) return addresses;
    // "No such record" of one family says less than the trouble of the other.
    const reasons = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason as unknown] : [],
    );
    throw outboundErrorOf(
      reasons.find((reason) => !isAbsence(reason)) ?? reasons[0] ?? { code: 'ENOTFOUND' },
    );
  }
}

/** Like every other program of this machine: with its hosts file. For where private names are called. */
export class SystemResolver implements Resolver {
  async resolve(host: string): Promise<readonly string[]> {
    try {
      return (await lookup(host, { all: true })).map(({ address }) => address);
    } catch (error) {
      throw outboundErrorOf(error);
    }
  }
}

const KEPT_MS = 10_000;
const MAX_NAMES = 1_000;

interface Known {
  readonly answer: Promise<readonly string[]>;
  readonly untilMs: number;
}

/** Remembers answers for a moment, so that a loop of requests is not one of questions too. */
export class CachingResolver implements Resolver {
  private readonly known = new Map<string, Known>();

  constructor(
    private readonly inner: Resolver,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  resolve(host: string): Promise<readonly string[]> {
    const nowMs = this.nowMs();
    const known = this.known.get(host);
    if (known !== undefined && known.untilMs > nowMs) return known.answer;
    const answer = this.inner.resolve(host).then((addresses) => {
      if (addresses.length === 0) throw new OutboundError('io', 'host not found');
      return addresses;
    });
    const entry: Known = { answer, untilMs: nowMs + KEPT_MS };
    this.known.delete(host);
    this.known.set(host, entry);
    if (this.known.size > MAX_NAMES) this.known.delete(this.known.keys().next().value ?? '');
    answer.catch(() => {
      if (this.known.get(host) === entry) this.known.delete(host);
    });
    return answer;
  }
}

function isAbsence(reason: unknown): boolean {
  const code = typeof reason === 'object' && reason !== null && 'code' in reason ? reason.code : null;
  return code === 'ENODATA' || code === 'ENOTFOUND';
}
