import type { DomainRow } from './domain.repository';
import { stateOf, type DomainState } from './domain-state';

export interface DnsRecord {
  readonly type: 'CNAME';
  readonly name: string;
  readonly value: string;
  readonly purpose: 'certificate_validation' | 'traffic';
}

export interface DomainView {
  readonly domainId: string;
  readonly envId: string;
  readonly domain: string;
  readonly state: DomainState;
  readonly cnameName: string;
  readonly cnameValue: string;
  readonly routingDomain: string | null;
  readonly verifiedAt: Date | null;
  readonly tlsProvisionedAt: Date | null;
  readonly provisioningError: string | null;
  readonly checkedAt: Date | null;
  readonly createdAt: Date;
  readonly records: readonly DnsRecord[];
}

export function toDomainView(row: DomainRow): DomainView {
  const { validation_cname_name: name, validation_cname_value: value, routing_domain: routing } = row;
  const proof: DnsRecord = { type: 'CNAME', name, value, purpose: 'certificate_validation' };
  return {
    domainId: row.domain_id,
    envId: row.env_id,
    domain: row.domain,
    state: stateOf(row),
    cnameName: name,
    cnameValue: value,
    routingDomain: routing,
    verifiedAt: row.verified_at,
    tlsProvisionedAt: row.tls_provisioned_at,
    provisioningError: row.provisioning_error,
    checkedAt: row.checked_at,
    createdAt: row.created_at,
    records:
      routing === null
        ? [proof]
        : [proof, { type: 'CNAME', name: row.domain, value: routing, purpose: 'traffic' }],
  };
}
