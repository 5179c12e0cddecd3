import { Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { findEscalation, parsePermissions } from '@app/access';
import { keyBody, type CreatedKey, type KeyBody, type KeyRow, type PermissionMap } from '@app/contracts';
import { CurrentEnv, Needs, ROLE_PERMISSIONS, roleMay, type EnvMember } from '@app/identity';
import { AppError, Clock, NotFoundError } from '@app/kernel';
import { ApiKeyService } from '@app/keys';
import { JsonBody, uuid, type BareAnswer } from '@app/platform/http';
import {
  AnswersNothing,
  AnswersOne,
  AnswersPage,
  listing,
  listQueryShape,
  offsetPage,
  pagePosition,
  RequestId,
} from '@app/platform/lists';
import { z } from 'zod';
import { mayManage, toKeyRow } from './key.mapper';
import { KeyQueries, type KeyRecord } from './key.queries';

const keysQuery = z.object({
  q: listQueryShape.q,
  state: z.enum(['active', 'revoked']).optional(),
  limit: listQueryShape.limit,
  offset: listQueryShape.offset,
  cursor: listQueryShape.cursor,
});

/** API keys. Members see and manage those they made, admins all; nobody gives a key more than they have. */
@ApiTags('API keys')
@Controller('admin/v1/orgs/:org/envs/:env/api-keys')
@Needs('key.own')
export class KeysController {
  constructor(
    private readonly keys: ApiKeyService,
    private readonly queries: KeyQueries,
    private readonly clock: Clock,
  ) {}

  @Get()
  @AnswersPage('KeyRow', 'API keys, newest first')
  async list(
    @CurrentEnv() member: EnvMember,
    @Query({ schema: keysQuery }) query: z.infer<typeof keysQuery>,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    const { limit, offset } = pagePosition(query);
    const { rows, total } = await this.queries.list(
      member,
      {
        q: query.q?.trim(),
        active: query.state === undefined ? undefined : query.state === 'active',
        ownerId: roleMay(member.role, 'key.manage') ? undefined : member.userId,
      },
      { limit, offset },
    );
    return listing(
      offsetPage(
        rows.map((row) => toKeyRow(row, member)),
        total,
        { limit, offset },
      ),
      { requestId, nowMs: this.clock.nowMs() },
    );
  }

  @Get('grantable')
  @AnswersOne('PermissionMap', 'What the viewer could give to a key at most')
  grantable(@CurrentEnv() member: EnvMember): PermissionMap {
    return ROLE_PERMISSIONS[member.role];
  }

  @Get(':api_key_id')
  @AnswersOne('KeyRow', 'One API key')
  async find(
    @CurrentEnv() member: EnvMember,
    @Param('api_key_id', { schema: uuid }) apiKeyId: string,
  ): Promise<KeyRow> {
    return toKeyRow(await this.require(member, apiKeyId), member);
  }

  @Post()
  @HttpCode(201)
  @AnswersOne('CreatedKey', 'Makes a key; its token is in this answer and nowhere else', 201)
  async create(@CurrentEnv() member: EnvMember, @JsonBody(keyBody) body: KeyBody): Promise<CreatedKey> {
    requireGrantable(member, body.permissions);
    const { key, token } = await this.keys.create(member, {
      description: body.description,
      permissions: body.permissions,
      userId: member.userId,
    });
    return { key: toKeyRow(await this.require(member, key.apiKeyId), member), token };
  }

  @Patch(':api_key_id')
  @AnswersOne('KeyRow', 'Changes description and permissions')
  async update(
    @CurrentEnv() member: EnvMember,
    @Param('api_key_id', { schema: uuid }) apiKeyId: string,
    @JsonBody(keyBody) body: KeyBody,
  ): Promise<KeyRow> {
    await this.require(member, apiKeyId);
    requireGrantable(member, body.permissions);
    await this.keys.update(member, apiKeyId, body, member.userId);
    return toKeyRow(await this.require(member, apiKeyId), member);
  }

  @Delete(':api_key_id')
  @HttpCode(204)
  @AnswersNothing('Revokes a key: it is refused from the next request on')
  async revoke(
    @CurrentEnv() member: EnvMember,
    @Param('api_key_id', { schema: uuid }) apiKeyId: string,
  ): Promise<void> {
    await this.require(member, apiKeyId);
    await this.keys.update(member, apiKeyId, { active: false }, member.userId);
  }

  /** Somebody else's key does not exist for a member. */
  private async require(member: EnvMember, apiKeyId: string): Promise<KeyRecord> {
    const key = await this.queries.find(member, apiKeyId);
    if (key === undefined || !mayManage(key, member)) throw new NotFoundError('API key');
    return key;
  }
}

function requireGrantable(member: EnvMember, permissions: unknown): void {
  const escalation = findEscalation(ROLE_PERMISSIONS[member.role], parsePermissions(permissions));
  if (escalation === null) return;
  throw new AppError(
    'permission_escalation',
    `You do not have ${escalation.action} permission for ${escalation.urn} yourself`,
  );
}
