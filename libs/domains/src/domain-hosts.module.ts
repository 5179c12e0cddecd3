import { Global, Module } from '@nestjs/common';
import { HostResolver } from '@app/platform/http';
import { DomainHosts } from './domain-hosts';
import { DomainsModule } from './domains.module';

/** For processes that serve custom domains. */
@Global()
@Module({
  imports: [DomainsModule],
  providers: [DomainHosts, { provide: HostResolver, useExisting: DomainHosts }],
  exports: [HostResolver],
})
export class DomainHostsModule {}
