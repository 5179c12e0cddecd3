import * as z from 'zod/mini';
import type { ListQuery } from './envelope';

export const DOMAIN_STATUSES = [
  'pending_validation',
  'validated',
  'provisioning',
  'active',
  'deleting',
] as const;
export type DomainStatusName = (typeof DOMAIN_STATUSES)[number];

export interface DomainRow {
  readonly domain_id: string;
  readonly domain: string;
  readonly status: DomainStatusName;
  readonly created_at: string;
  readonly verified_at: string | null;
  /** When somebody looked for its record last. */
  readonly last_check_at: string | null;
}

/** GET {E}/domains?q&limit&offset&cursor → Listing<DomainRow>, newest first. */
export type DomainListQuery = Pick<ListQuery, 'q' | 'limit' | 'offset' | 'cursor'>;

/** GET {E}/domains/room → Single<DomainRoom>: how many the organization has; max -1 as many as it likes, 0 none. */
export interface DomainRoom {
  readonly used: number;
  readonly max: number;
}

export interface DomainRecord {
  readonly type: string;
  readonly name: string;
  readonly value: string;
  readonly purpose: 'certificate_validation' | 'traffic';
}

/** GET {E}/domains/{id} → Single<DomainDetail>; POST {E}/domains/{id}/verify looks for the record now and answers the same. */
export interface DomainDetail extends DomainRow {
  /** What is to be set in DNS: the proof, and where clients are to be sent once it was found. */
  readonly records: readonly DomainRecord[];
  readonly active_at: string | null;
  /** What went wrong in the last step; it is tried again. */
  readonly problem: string | null;
}

/**
 * POST {E}/domains → 201 Single<DomainDetail>. 400 `bad_request` for what is no domain, 403 `plan_required` and
 * `domain_limit_reached`, 409 `domain_exists` and `domain_pending_deletion`.
 */
export const domainBody = z.object({ domain: z.string().check(z.maxLength(300)) });
export type DomainBody = z.infer<typeof domainBody>;

// DELETE {E}/domains/{id} → 204: refused from now on, gone within the minute
