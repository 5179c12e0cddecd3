/** The states of a domain, which follow from its times. Pure. */

export const DOMAIN_STATES = [
  'pending_validation',
  'validated',
  'provisioning',
  'active',
  'deleting',
] as const;
export type DomainState = (typeof DOMAIN_STATES)[number];

export interface DomainFacts {
  readonly verified_at: Date | null;
  readonly routing_ref: string | null;
  readonly tls_provisioned_at: Date | null;
  readonly deleted_at: Date | null;
}

export function stateOf(domain: DomainFacts): DomainState {
  if (domain.deleted_at !== null) return 'deleting';
  if (domain.tls_provisioned_at !== null) return 'active';
  if (domain.routing_ref !== null) return 'provisioning';
  return domain.verified_at === null ? 'pending_validation' : 'validated';
}
