import { requireApiKey } from '@app/access';
import { mapPage, type Paging, type RequestPrincipal } from '@app/kernel';
import { ServiceKeyService } from '@app/keys';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import {
  ApiItem,
  ApiList,
  ApiNothing,
  JsonText,
  list,
  pagingQuery,
  uuid,
  type ListAnswer,
} from '@app/platform/http';
import { Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import { readJsonBody } from './json-body';
import {
  createdServiceKeyResponse,
  createServiceKeyRequest,
  serviceKeyResponse,
  toServiceKeyResponse,
  updateServiceKeyRequest,
} from './service-key.schemas';
import { revokedResponse } from './session.schemas';

@ApiTags('Service Keys')
@Controller('v1/service-keys')
export class ServiceKeysController {
  constructor(private readonly keys: ServiceKeyService) {}

  @Post()
  @Access('service-key', 'create')
  @ApiItem(
    'Makes a service key: a credential for others with part of what the API key may do',
    createdServiceKeyResponse,
    201,
  )
  @ApiBody(createServiceKeyRequest)
  async create(@CurrentPrincipal() principal: RequestPrincipal, @JsonText() text: string): Promise<object> {
    requireApiKey(principal);
    const body = readJsonBody(text);
    const { key, token } = await this.keys.create(principal, {
      name: body.value('name'),
      description: body.value('description'),
      permissions: body.value('permissions'),
      metadata: body.text('metadata') ?? null,
      expiresIn: body.value('expires_in'),
    });
    return toServiceKeyResponse(key, token);
  }

  @Get()
  @Access('service-key', 'read')
  @ApiList(
    'All service keys that this API key made, expired and revoked ones too, newest first',
    serviceKeyResponse,
  )
  async list(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Query({ schema: pagingQuery }) paging: Paging,
  ): Promise<ListAnswer> {
    return list(mapPage(await this.keys.list(principal, paging), (each) => toServiceKeyResponse(each)));
  }

  @Delete()
  @Access('service-key', 'delete')
  @ApiItem('Revokes all service keys that this API key made', revokedResponse)
  async revokeAll(@CurrentPrincipal() principal: RequestPrincipal): Promise<object> {
    return { revoked_count: await this.keys.revokeAll(principal) };
  }

  @Get(':service_key_id')
  @Access('service-key', 'read')
  @ApiItem('One service key', serviceKeyResponse)
  async get(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('service_key_id', { schema: uuid }) serviceKeyId: string,
  ): Promise<object> {
    return toServiceKeyResponse(await this.keys.get(principal, serviceKeyId));
  }

  @Patch(':service_key_id')
  @Access('service-key', 'update')
  @ApiItem('Replaces the metadata of a service key', serviceKeyResponse)
  @ApiBody(updateServiceKeyRequest)
  async update(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('service_key_id', { schema: uuid }) serviceKeyId: string,
    @JsonText() text: string,
  ): Promise<object> {
    const metadata = readJsonBody(text).text('metadata');
    return toServiceKeyResponse(await this.keys.update(principal, serviceKeyId, metadata));
  }

  @Delete(':service_key_id')
  @Access('service-key', 'delete')
  @HttpCode(204)
  @ApiNothing('Revokes a service key')
  async revoke(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('service_key_id', { schema: uuid }) serviceKeyId: string,
  ): Promise<void> {
    await this.keys.revoke(principal, serviceKeyId);
  }
}
