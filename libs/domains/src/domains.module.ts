import { Module } from '@nestjs/common';
import { PlansModule } from '@app/plans';
import { CnameLookup, DnsCnameLookup } from './cname-lookup';
import { DnsDomainProvider, DomainProvider } from './domain-provider';
import { DomainSteps } from './domain-steps';
import { DomainRepository } from './domain.repository';
import { DomainService } from './domain.service';

@Module({
  imports: [PlansModule],
  providers: [
    DomainRepository,
    DomainSteps,
    DomainService,
    { provide: CnameLookup, useClass: DnsCnameLookup },
    { provide: DomainProvider, useClass: DnsDomainProvider },
  ],
  exports: [DomainRepository, DomainSteps, DomainService, CnameLookup],
})
export class DomainsModule {}
