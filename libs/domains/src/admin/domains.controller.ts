import { domainBody, type DomainBody, type DomainDetail, type DomainRoom } from '@app/contracts';
import { DomainService } from '@app/domains';
import { CurrentEnv, Needs, toPrincipal, type EnvMember } from '@app/identity';
import { Clock } from '@app/kernel';
import { JsonBody, uuid, type BareAnswer } from '@app/platform/http';
import {
  AnswersNothing,
  AnswersOne,
  AnswersPage,
  escapeLike,
  listing,
  listQueryShape,
  offsetPage,
  pagePosition,
  RequestId,
} from '@app/platform/lists';
import { Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { toDomainDetail, toDomainRow } from './domain.mapper';

const domainsQuery = z.object({
  q: listQueryShape.q,
  limit: listQueryShape.limit,
  offset: listQueryShape.offset,
  cursor: listQueryShape.cursor,
});

/** Custom domains: members see them, admins manage them. */
@ApiTags('Domains')
@Controller('admin/v1/orgs/:org/envs/:env/domains')
export class DomainsAdminController {
  constructor(
    private readonly domains: DomainService,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Needs('view')
  @AnswersPage('DomainRow', 'Custom domains, newest first')
  async list(
    @CurrentEnv() member: EnvMember,
    @Query({ schema: domainsQuery }) query: z.infer<typeof domainsQuery>,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    const position = pagePosition(query);
    const like = `%${escapeLike(query.q?.trim().toLowerCase() ?? '')}%`;
    const { items, total } = await this.domains.list(toPrincipal(member), position, like);
    return listing(offsetPage(items.map(toDomainRow), total, position), {
      requestId,
      nowMs: this.clock.nowMs(),
    });
  }

  @Get('room')
  @Needs('view')
  @AnswersOne('DomainRoom', 'How many domains the organization has, and may have')
  room(@CurrentEnv() member: EnvMember): Promise<DomainRoom> {
    return this.domains.room(member);
  }

  @Get(':domain_id')
  @Needs('view')
  @AnswersOne('DomainDetail', 'One domain with its DNS records')
  async find(
    @CurrentEnv() member: EnvMember,
    @Param('domain_id', { schema: uuid }) domainId: string,
  ): Promise<DomainDetail> {
    return toDomainDetail(await this.domains.get(toPrincipal(member), domainId));
  }

  @Post()
  @HttpCode(201)
  @Needs('domain.manage')
  @AnswersOne('DomainDetail', 'Registers a host name', 201)
  async create(
    @CurrentEnv() member: EnvMember,
    @JsonBody(domainBody) body: DomainBody,
  ): Promise<DomainDetail> {
    return toDomainDetail(await this.domains.create(toPrincipal(member), body.domain));
  }

  @Post(':domain_id/verify')
  @HttpCode(200)
  @Needs('domain.manage')
  @AnswersOne('DomainDetail', 'Looks for the DNS record now')
  async verify(
    @CurrentEnv() member: EnvMember,
    @Param('domain_id', { schema: uuid }) domainId: string,
  ): Promise<DomainDetail> {
    return toDomainDetail(await this.domains.verify(toPrincipal(member), domainId));
  }

  @Delete(':domain_id')
  @HttpCode(204)
  @Needs('domain.manage')
  @AnswersNothing('Removes a domain; requests for it are refused at once')
  async delete(
    @CurrentEnv() member: EnvMember,
    @Param('domain_id', { schema: uuid }) domainId: string,
  ): Promise<void> {
    await this.domains.delete(toPrincipal(member), domainId);
  }
}
