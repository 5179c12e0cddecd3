/** Which environment a custom domain belongs to, remembered for every request that comes with it. */
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '@app/kernel';
import { DbNotices } from '@app/platform/database';
import { HostResolver, type BoundHost } from '@app/platform/http';
import { LRUCache } from 'lru-cache';
import { problemOfDomain } from './domain-name';
import { DomainRepository } from './domain.repository';

/** Payload: the domain. */
export const DOMAIN_CHANGED_CHANNEL = 'hot_domain';
const CREDENTIAL_CHANGED_CHANNEL = 'hot_credential';

const REMEMBER_MS = 60_000;
const MAX_REMEMBERED = 10_000;

@Injectable()
export class DomainHosts extends HostResolver implements OnModuleInit {
  private readonly known = new LRUCache<
    string,
    { readonly bound: BoundHost | null; readonly readAtMs: number }
  >({ max: MAX_REMEMBERED });
  private epoch = 0;

  constructor(
    private readonly domains: DomainRepository,
    private readonly notices: DbNotices,
    private readonly clock: Clock,
  ) {
    super();
  }

  onModuleInit(): void {
    const forgetAll = (): void => {
      this.epoch += 1;
      this.known.clear();
    };
    this.notices.listen(DOMAIN_CHANGED_CHANNEL, {
      onNotice: (domain) => {
        this.epoch += 1;
        this.known.delete(domain);
      },
      onGap: forgetAll,
    });
    // An environment or organization that is switched off takes its domains along.
    this.notices.listen(CREDENTIAL_CHANGED_CHANNEL, {
      onNotice: (id) => {
        if (id === '*') forgetAll();
      },
      onGap: forgetAll,
    });
  }

  override resolve(host: string): BoundHost | null | Promise<BoundHost | null> {
    const known = this.known.get(host);
    if (known !== undefined && this.clock.nowMs() - known.readAtMs < REMEMBER_MS) return known.bound;
    // What can't be a domain costs no question.
    return problemOfDomain(host) === null ? this.read(host) : null;
  }

  private async read(host: string): Promise<BoundHost | null> {
    const { epoch } = this;
    const live = this.notices.isLive();
    const readAtMs = this.clock.nowMs();
    const bound = await this.domains.findHost(host);
    if (live && epoch === this.epoch) this.known.set(host, { bound, readAtMs });
    return bound;
  }
}
