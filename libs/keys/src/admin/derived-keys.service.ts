import { Injectable } from '@nestjs/common';
import {
  DERIVED_KEY_STATES,
  type DerivedKeyDetail,
  type DerivedKeyRow,
  type DerivedKeyStateName,
} from '@app/contracts';
import { roleMay, type EnvMember } from '@app/identity';
import { bareUuid, Clock, NotFoundError } from '@app/kernel';
import { ServiceKeyMetadata, ServiceKeyService, SessionService } from '@app/keys';
import type { BareAnswer } from '@app/platform/http';
import {
  chosenValues,
  listing,
  listQueryShape,
  offsetPage,
  pagePosition,
  parseValues,
  wantsFacets,
} from '@app/platform/lists';
import { z } from 'zod';
import { DerivedKeyQueries, type DerivedKeyRecord, type DerivedKind } from './derived-key.queries';

export const derivedKeysQuery = z.object({
  q: listQueryShape.q,
  state: z.string().max(100).optional(),
  parent: z.uuid().optional(),
  limit: listQueryShape.limit,
  offset: listQueryShape.offset,
  cursor: listQueryShape.cursor,
  include: listQueryShape.include,
});
export type DerivedKeysQuery = z.infer<typeof derivedKeysQuery>;

const PREFIX_LENGTH = 8;
const PREVIEW_LENGTH = 120;

/** Service keys and sessions of an environment: all for admins, for members what came of their own API keys. */
@Injectable()
export class DerivedKeys {
  constructor(
    private readonly queries: DerivedKeyQueries,
    private readonly metadata: ServiceKeyMetadata,
    private readonly serviceKeys: ServiceKeyService,
    private readonly sessions: SessionService,
    private readonly clock: Clock,
  ) {}

  async list(
    kind: DerivedKind,
    member: EnvMember,
    query: DerivedKeysQuery,
    requestId: string,
  ): Promise<BareAnswer> {
    const { limit, offset } = pagePosition(query);
    const states: readonly DerivedKeyStateName[] = chosenValues(
      DERIVED_KEY_STATES,
      parseValues('state', query.state, DERIVED_KEY_STATES),
    );
    const filter = { q: query.q, states, parentId: query.parent, ownerId: ownerOf(member) };
    const { rows, total, facets } = await this.queries.list(kind, member, filter, { limit, offset });
    const page = offsetPage(
      rows.map((row) => this.toRow(kind, member, row)),
      total,
      { limit, offset },
    );
    return listing(page, {
      requestId,
      nowMs: this.clock.nowMs(),
      facets: wantsFacets(query) ? facets : undefined,
    });
  }

  /** Somebody else's does not exist for a member. */
  async find(kind: DerivedKind, member: EnvMember, id: string): Promise<DerivedKeyDetail> {
    const row = await this.require(kind, member, id);
    return {
      ...this.toRow(kind, member, row),
      metadata: this.metadataOf(kind, member, row),
      metadata_hidden: row.metadata !== null && !maySeeMetadata(kind, member),
    };
  }

  async revoke(kind: DerivedKind, member: EnvMember, id: string): Promise<void> {
    const row = await this.require(kind, member, id);
    const scope = { orgId: member.orgId, envId: member.envId, apiKeyId: row.api_key_id };
    if (kind === 'service_key') await this.serviceKeys.revokeOf(scope, id);
    else await this.sessions.revokeOf(scope, id);
  }

  private async require(kind: DerivedKind, member: EnvMember, id: string): Promise<DerivedKeyRecord> {
    const row = await this.queries.find(kind, member, id, ownerOf(member));
    if (row === undefined) throw new NotFoundError(kind === 'session' ? 'Session' : 'Service key');
    return row;
  }

  private toRow(kind: DerivedKind, member: EnvMember, row: DerivedKeyRecord): DerivedKeyRow {
    const bare = bareUuid(row.id).slice(0, PREFIX_LENGTH);
    const metadata = this.metadataOf(kind, member, row);
    return {
      id: row.id,
      prefix: kind === 'session' ? `s_${bare}` : bare,
      name: row.name,
      description: row.description,
      state: row.state,
      permissions: row.permissions,
      parent: { api_key_id: row.api_key_id, description: row.parent_description },
      created_at: row.created_at.toISOString(),
      last_used_at: row.last_used_at?.toISOString() ?? null,
      expires_at: row.expires_at?.toISOString() ?? null,
      metadata_preview: metadata === null ? null : [...metadata].slice(0, PREVIEW_LENGTH).join(''),
    };
  }

  private metadataOf(kind: DerivedKind, member: EnvMember, row: DerivedKeyRecord): string | null {
    if (row.metadata === null || !maySeeMetadata(kind, member)) return null;
    return kind === 'session' ? row.metadata : this.metadata.open(member, row.id, row.metadata);
  }
}

/** Who a customer is stands in the metadata of service keys: for those who manage keys. */
const maySeeMetadata = (kind: DerivedKind, member: EnvMember): boolean =>
  kind === 'session' || roleMay(member.role, 'key.manage');

const ownerOf = (member: EnvMember): string | undefined =>
  roleMay(member.role, 'key.manage') ? undefined : member.userId;
