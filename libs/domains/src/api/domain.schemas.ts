import { DOMAIN_STATES, type DomainView } from '@app/domains';
import { z } from 'zod';

export const createDomainRequest = z
  .object({ domain: z.string().meta({ example: 'hooks.example.com' }) })
  .meta({ id: 'CreateDomain' });

export const domainResponse = z
  .object({
    domain_id: z.uuid(),
    env_id: z.uuid(),
    domain: z.string(),
    status: z.enum(DOMAIN_STATES),
    acm_validation_cname_name: z.string().nullable(),
    acm_validation_cname_value: z.string().nullable(),
    cf_distribution_domain: z.string().nullable(),
    created_at: z.iso.datetime(),
    dns_records: z.array(
      z.object({
        type: z.string(),
        name: z.string(),
        value: z.string(),
        purpose: z.enum(['certificate_validation', 'traffic']),
      }),
    ),
    validation_cname_name: z.string().nullable(),
    validation_cname_value: z.string().nullable(),
    routing_domain: z.string().nullable(),
    verified_at: z.iso.datetime().nullable(),
    tls_provisioned_at: z.iso.datetime().nullable(),
    provisioning_error: z.string().nullable(),
  })
  .meta({ id: 'Domain' });

export const verificationResponse = z
  .object({ domain_id: z.uuid(), domain: z.string(), status: z.enum(DOMAIN_STATES), message: z.string() })
  .meta({ id: 'DomainVerification' });

export function toDomainResponse(domain: DomainView): z.infer<typeof domainResponse> {
  return {
    domain_id: domain.domainId,
    env_id: domain.envId,
    domain: domain.domain,
    status: domain.state,
    acm_validation_cname_name: domain.cnameName,
    acm_validation_cname_value: domain.cnameValue,
    cf_distribution_domain: domain.routingDomain,
    created_at: domain.createdAt.toISOString(),
    dns_records: domain.records.map((record) => ({ ...record })),
    validation_cname_name: domain.cnameName,
    validation_cname_value: domain.cnameValue,
    routing_domain: domain.routingDomain,
    verified_at: domain.verifiedAt?.toISOString() ?? null,
    tls_provisioned_at: domain.tlsProvisionedAt?.toISOString() ?? null,
    provisioning_error: domain.provisioningError,
  };
}

export function toVerificationResponse(domain: DomainView): z.infer<typeof verificationResponse> {
  return {
    domain_id: domain.domainId,
    domain: domain.domain,
    status: domain.state,
    message: messageOf(domain),
  };
}

/** Clients know these texts; the name of the service in one of them is part of it, whoever provides. */
function messageOf({ state, cnameName, cnameValue }: DomainView): string {
  if (state === 'active') return 'Domain is active';
  return state === 'pending_validation'
    ? `Add a CNAME record: ${cnameName} → ${cnameValue}`
    : 'Domain validated successfully — CloudFront provisioning in progress';
}
