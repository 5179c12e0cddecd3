export { CnameLookup } from './cname-lookup';
export { DOMAIN_CHANGED_CHANNEL } from './domain-hosts';
export { DomainHostsModule } from './domain-hosts.module';
export { DOMAIN_STATES, type DomainState } from './domain-state';
export { DomainSteps } from './domain-steps';
export { DomainRepository, type DomainRow } from './domain.repository';
export { DomainService } from './domain.service';
export type { DnsRecord, DomainView } from './domain.view';
export { DomainsModule } from './domains.module';
