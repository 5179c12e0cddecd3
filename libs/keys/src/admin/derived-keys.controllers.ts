import { Controller, Delete, Get, HttpCode, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { DerivedKeyDetail } from '@app/contracts';
import { CurrentEnv, Needs, type EnvMember } from '@app/identity';
import { uuid, type BareAnswer } from '@app/platform/http';
import { AnswersNothing, AnswersOne, AnswersPage, RequestId } from '@app/platform/lists';
import { DerivedKeys, derivedKeysQuery, type DerivedKeysQuery } from './derived-keys.service';

@ApiTags('Service keys')
@Controller('admin/v1/orgs/:org/envs/:env/service-keys')
@Needs('key.own')
export class ServiceKeysController {
  constructor(private readonly keys: DerivedKeys) {}

  @Get()
  @AnswersPage('DerivedKeyRow', 'Service keys, newest first')
  list(
    @CurrentEnv() member: EnvMember,
    @Query({ schema: derivedKeysQuery }) query: DerivedKeysQuery,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    return this.keys.list('service_key', member, query, requestId);
  }

  @Get(':service_key_id')
  @AnswersOne('DerivedKeyDetail', 'One service key')
  find(
    @CurrentEnv() member: EnvMember,
    @Param('service_key_id', { schema: uuid }) id: string,
  ): Promise<DerivedKeyDetail> {
    return this.keys.find('service_key', member, id);
  }

  @Delete(':service_key_id')
  @HttpCode(204)
  @AnswersNothing('Revokes a service key: it is refused from the next request on')
  revoke(
    @CurrentEnv() member: EnvMember,
    @Param('service_key_id', { schema: uuid }) id: string,
  ): Promise<void> {
    return this.keys.revoke('service_key', member, id);
  }
}

@ApiTags('Sessions')
@Controller('admin/v1/orgs/:org/envs/:env/sessions')
@Needs('key.own')
export class SessionsController {
  constructor(private readonly keys: DerivedKeys) {}

  @Get()
  @AnswersPage('DerivedKeyRow', 'Sessions that API keys made, newest first')
  listSessions(
    @CurrentEnv() member: EnvMember,
    @Query({ schema: derivedKeysQuery }) query: DerivedKeysQuery,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    return this.keys.list('session', member, query, requestId);
  }

  @Get(':session_id')
  @AnswersOne('DerivedKeyDetail', 'One session')
  findSession(
    @CurrentEnv() member: EnvMember,
    @Param('session_id', { schema: uuid }) id: string,
  ): Promise<DerivedKeyDetail> {
    return this.keys.find('session', member, id);
  }

  @Delete(':session_id')
  @HttpCode(204)
  @AnswersNothing('Revokes a session: it is refused from the next request on')
  revokeSession(
    @CurrentEnv() member: EnvMember,
    @Param('session_id', { schema: uuid }) id: string,
  ): Promise<void> {
    return this.keys.revoke('session', member, id);
  }
}
