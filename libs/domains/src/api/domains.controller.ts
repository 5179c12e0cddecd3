import { DomainService } from '@app/domains';
import { mapPage, type Paging, type RequestPrincipal } from '@app/kernel';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import {
  ApiItem,
  ApiList,
  ApiNothing,
  JsonBody,
  list,
  pagingQuery,
  uuid,
  type ListAnswer,
} from '@app/platform/http';
import { Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import {
  createDomainRequest,
  domainResponse,
  toDomainResponse,
  toVerificationResponse,
  verificationResponse,
} from './domain.schemas';

@ApiTags('Domains')
@Controller('v1/domains')
export class DomainsController {
  constructor(private readonly domains: DomainService) {}

  @Post()
  @Access('domain', 'create')
  @ApiItem(
    'Registers a host name for this environment; a DNS record then proves whose it is',
    domainResponse,
    201,
  )
  async create(
    @CurrentPrincipal() principal: RequestPrincipal,
    @JsonBody(createDomainRequest) body: z.infer<typeof createDomainRequest>,
  ): Promise<object> {
    return toDomainResponse(await this.domains.create(principal, body.domain));
  }

  @Get()
  @Access('domain', 'read')
  @ApiList('Domains of this environment, newest first', domainResponse)
  async list(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Query({ schema: pagingQuery }) paging: Paging,
  ): Promise<ListAnswer> {
    return list(mapPage(await this.domains.list(principal, paging), toDomainResponse));
  }

  @Get(':domain_id')
  @Access('domain', 'read')
  @ApiItem('One domain', domainResponse)
  async get(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('domain_id', { schema: uuid }) domainId: string,
  ): Promise<object> {
    return toDomainResponse(await this.domains.get(principal, domainId));
  }

  @Post(':domain_id/verify')
  @Access('domain', 'update')
  @HttpCode(200)
  @ApiItem('Looks for the DNS record now instead of within the minute', verificationResponse)
  async verify(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('domain_id', { schema: uuid }) domainId: string,
  ): Promise<object> {
    return toVerificationResponse(await this.domains.verify(principal, domainId));
  }

  @Delete(':domain_id')
  @Access('domain', 'delete')
  @HttpCode(204)
  @ApiNothing('Removes a domain; requests for it are refused at once')
  async delete(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('domain_id', { schema: uuid }) domainId: string,
  ): Promise<void> {
    await this.domains.delete(principal, domainId);
  }
}
