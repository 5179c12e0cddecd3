/** Tables: domain; env, org (read). */
import { Injectable } from '@nestjs/common';
import { pageOf, type EnvScope, type OrgScope, type Page, type Paging } from '@app/kernel';
import { Db, statement } from '@app/platform/database';
import type { BoundHost } from '@app/platform/http';

export interface DomainRow extends Record<string, unknown> {
  readonly domain_id: string;
  readonly env_id: string;
  readonly domain: string;
  readonly validation_cname_name: string;
  readonly validation_cname_value: string;
  readonly verified_at: Date | null;
  readonly routing_domain: string | null;
  readonly routing_ref: string | null;
  readonly tls_provisioned_at: Date | null;
  readonly provisioning_error: string | null;
  readonly checked_at: Date | null;
  readonly created_at: Date;
  readonly deleted_at: Date | null;
}

export interface NewDomain {
  readonly domainId: string;
  readonly domain: string;
  readonly cnameName: string;
  readonly cnameValue: string;
  readonly userId: string;
}

const COLUMNS = `d.domain_id, d.env_id, d.domain, d.validation_cname_name, d.validation_cname_value, d.verified_at,
  d.routing_domain, d.routing_ref, d.tls_provisioned_at, d.provisioning_error, d.checked_at, d.created_at, d.deleted_at`;

const LOCK_ORG = `SELECT pg_advisory_xact_lock(hashtextextended('domains:' || $1, 0))`;
const COUNT_OF_ORG = `
  SELECT count(*) AS n FROM hot.domain d JOIN hot.env e USING (env_id) WHERE e.org_id = $1 AND d.deleted_at IS NULL`;
const INSERT = `
  INSERT INTO hot.domain AS d (domain_id, env_id, domain, validation_cname_name, validation_cname_value, created_by_user_id)
  VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (domain) DO NOTHING RETURNING ${COLUMNS}`;
const TAKEN = 'SELECT deleted_at IS NOT NULL AS deleting FROM hot.domain WHERE domain = $1';
const PAGE = `
  SELECT ${COLUMNS} FROM hot.domain d WHERE d.env_id = $1 AND d.domain LIKE $4
  ORDER BY d.created_at DESC, d.domain_id DESC LIMIT $2 OFFSET $3`;
const TOTAL = 'SELECT count(*) AS total FROM hot.domain WHERE env_id = $1 AND domain LIKE $2';
const FIND = `SELECT ${COLUMNS} FROM hot.domain d WHERE d.env_id = $1 AND d.domain_id = $2`;
const DELETE = `
  UPDATE hot.domain SET deleted_at = now() WHERE env_id = $1 AND domain_id = $2 AND deleted_at IS NULL`;

const HOST = statement(
  'domain_host',
  `SELECT d.domain, d.env_id, e.org_id
     FROM hot.domain d JOIN hot.env e USING (env_id) JOIN hot.org o USING (org_id)
    WHERE d.domain = $1 AND d.verified_at IS NOT NULL AND d.deleted_at IS NULL AND e.active AND o.active`,
);

// Whoever has waited longest first; those that somebody else looks at are looked at.
const OPEN = `
  SELECT ${COLUMNS} FROM hot.domain d
   WHERE (d.tls_provisioned_at IS NULL OR d.deleted_at IS NOT NULL)
     AND (d.verified_at IS NOT NULL OR d.deleted_at IS NOT NULL OR $2
          OR d.checked_at IS NULL OR d.checked_at < now() - interval '55 seconds')
   ORDER BY d.checked_at NULLS FIRST LIMIT $1`;
// Each step names the state that it comes from: taken twice, the second time changes nothing.
const VERIFIED = `
  UPDATE hot.domain SET verified_at = now(), routing_domain = $2, checked_at = now(), provisioning_error = NULL
   WHERE domain_id = $1 AND verified_at IS NULL AND deleted_at IS NULL`;
const PROVISIONING = `
  UPDATE hot.domain SET routing_ref = $2, provisioning_error = NULL
   WHERE domain_id = $1 AND verified_at IS NOT NULL AND routing_ref IS NULL AND deleted_at IS NULL`;
const ACTIVE = `
  UPDATE hot.domain SET tls_provisioned_at = now(), provisioning_error = NULL
   WHERE domain_id = $1 AND routing_ref IS NOT NULL AND tls_provisioned_at IS NULL AND deleted_at IS NULL`;
const CHECKED = 'UPDATE hot.domain SET checked_at = now(), provisioning_error = $2 WHERE domain_id = $1';
const REMOVE = 'DELETE FROM hot.domain WHERE domain_id = $1 AND deleted_at IS NOT NULL';

@Injectable()
export class DomainRepository {
  constructor(private readonly db: Db) {}

  /** Within a transaction: others that add a domain to the organization wait for its end. */
  async takeTurn({ orgId }: OrgScope): Promise<void> {
    await this.db.query(LOCK_ORG, [orgId]);
  }

  /** Those of the organization that are not being deleted. */
  async countOfOrg({ orgId }: OrgScope): Promise<number> {
    return (await this.db.queryOne<{ n: number }>(COUNT_OF_ORG, [orgId]))?.n ?? 0;
  }

  /** Undefined when the name is taken, by anybody. */
  insert({ envId }: EnvScope, domain: NewDomain): Promise<DomainRow | undefined> {
    const { domainId, cnameName, cnameValue, userId } = domain;
    return this.db.queryOne<DomainRow>(INSERT, [
      domainId,
      envId,
      domain.domain,
      cnameName,
      cnameValue,
      userId,
    ]);
  }

  /** Across all tenants: whether the name is taken, and is on its way out. */
  taken(domain: string): Promise<{ deleting: boolean } | undefined> {
    return this.db.queryOne<{ deleting: boolean }>(TAKEN, [domain]);
  }

  /** @param like pattern that the name must fit */
  async list({ envId }: EnvScope, paging: Paging, like = '%'): Promise<Page<DomainRow>> {
    const [rows, count] = await Promise.all([
      this.db.query<DomainRow>(PAGE, [envId, paging.limit, paging.offset, like]),
      this.db.queryOne<{ total: number }>(TOTAL, [envId, like]),
    ]);
    return pageOf(rows, count?.total ?? 0, paging);
  }

  find({ envId }: EnvScope, domainId: string): Promise<DomainRow | undefined> {
    return this.db.queryOne<DomainRow>(FIND, [envId, domainId]);
  }

  async markDeleted({ envId }: EnvScope, domainId: string): Promise<void> {
    await this.db.execute(DELETE, [envId, domainId]);
  }

  async findHost(domain: string): Promise<BoundHost | null> {
    const row = await this.db.queryOne<{ domain: string; env_id: string; org_id: string }>(HOST, [domain]);
    return row === undefined ? null : { domain: row.domain, envId: row.env_id, orgId: row.org_id };
  }

  /** @param again also those that were looked at a moment ago */
  openAcrossTenants(limit: number, again: boolean): Promise<readonly DomainRow[]> {
    return this.db.query<DomainRow>(OPEN, [limit, again]);
  }

  async markVerified(domainId: string, routingDomain: string): Promise<void> {
    await this.db.execute(VERIFIED, [domainId, routingDomain]);
  }

  async markProvisioning(domainId: string, routingRef: string): Promise<void> {
    await this.db.execute(PROVISIONING, [domainId, routingRef]);
  }

  async markActive(domainId: string): Promise<void> {
    await this.db.execute(ACTIVE, [domainId]);
  }

  async markChecked(domainId: string, error: string | null): Promise<void> {
    await this.db.execute(CHECKED, [domainId, error]);
  }

  async remove(domainId: string): Promise<void> {
    await this.db.execute(REMOVE, [domainId]);
  }
}
