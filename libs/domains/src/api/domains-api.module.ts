import { DomainHostsModule, DomainsModule } from '@app/domains';
import { Module } from '@nestjs/common';
import { DomainsController } from './domains.controller';
import { TlsController } from './tls.controller';

@Module({ imports: [DomainsModule, DomainHostsModule], controllers: [DomainsController, TlsController] })
export class DomainsApiModule {}
