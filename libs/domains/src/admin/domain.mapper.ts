import type { DomainDetail, DomainRow } from '@app/contracts';
import type { DomainView } from '@app/domains';

export const toDomainRow = (domain: DomainView): DomainRow => ({
  domain_id: domain.domainId,
  domain: domain.domain,
  status: domain.state,
  created_at: domain.createdAt.toISOString(),
  verified_at: domain.verifiedAt?.toISOString() ?? null,
  last_check_at: domain.checkedAt?.toISOString() ?? null,
});

export const toDomainDetail = (domain: DomainView): DomainDetail => ({
  ...toDomainRow(domain),
  records: domain.records,
  active_at: domain.tlsProvisionedAt?.toISOString() ?? null,
  problem: domain.provisioningError,
});
