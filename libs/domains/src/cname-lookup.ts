import { Inject, Injectable } from '@nestjs/common';
import { Resolver } from 'node:dns/promises';
import { domainsConfig, type DomainsConfig } from './domains.config';

/** What a name is an alias of, in DNS. */
export abstract class CnameLookup {
  /** Empty when there is no such record or nobody could tell: both mean "not yet". */
  abstract targetsOf(name: string): Promise<readonly string[]>;
}

@Injectable()
export class DnsCnameLookup extends CnameLookup {
  private readonly resolver = new Resolver({ timeout: 2_000, tries: 2 });

  constructor(@Inject(domainsConfig.token) { nameServers }: DomainsConfig) {
    super();
    if (nameServers.length > 0) this.resolver.setServers([...nameServers]);
  }

  override async targetsOf(name: string): Promise<readonly string[]> {
    try {
      return await this.resolver.resolveCname(name);
    } catch {
      return [];
    }
  }
}
