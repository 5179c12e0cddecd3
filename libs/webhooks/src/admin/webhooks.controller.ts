import { Controller, Get, HttpCode, Logger, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  DOOR_AUTHS,
  type RecentCalls,
  type WebhookDetail,
  type WebhookRow,
  type WebhookServices,
  type WebhookUrl,
} from '@app/contracts';
import { CurrentEnv, Needs, type EnvMember } from '@app/identity';
import { Clock, NotFoundError } from '@app/kernel';
import { NO_CALLS, RecentCallQueries } from '@app/observe';
import { uuid } from '@app/platform/http';
import { AnswersOne, listQueryShape } from '@app/platform/lists';
import { basePathOf, endpointIdOf, pathOf, WebhookRepository } from '@app/webhooks';
import { z } from 'zod';
import { WebhookQueries, type WebhookRecord } from './webhook.queries';

const webhooksQuery = z.object({
  q: listQueryShape.q,
  service: z.string().max(200).optional(),
  auth: z.enum(DOOR_AUTHS).optional(),
  project: z.string().max(200).optional(),
});
type WebhooksQuery = z.infer<typeof webhooksQuery>;

/** Addresses of the environment. Whoever knows the whole of one can call it, so that it is told on request only. */
@ApiTags('Webhooks')
@Controller('admin/v1/orgs/:org/envs/:env/webhooks')
export class WebhooksAdminController {
  private readonly log = new Logger('Webhooks');

  constructor(
    private readonly queries: WebhookQueries,
    private readonly webhooks: WebhookRepository,
    private readonly calls: RecentCallQueries,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Needs('view')
  @AnswersOne('WebhookServices', 'Addresses that serve, by service')
  async list(
    @CurrentEnv() member: EnvMember,
    @Query({ schema: webhooksQuery }) query: WebhooksQuery,
  ): Promise<WebhookServices> {
    const all = await this.queries.list(member);
    const found = all.filter((record) => matches(record, query));
    const calls = await this.callsOf(member, found);
    const services = [...Map.groupBy(found, ({ service }) => service)].map(([service, records]) => ({
      service,
      base_path: basePathOf(member.orgSlug, member.envName, service),
      endpoints: records.map((record) => toRow(record, calls)),
    }));
    return { services, total: all.length };
  }

  @Get(':endpoint_id')
  @Needs('view')
  @AnswersOne('WebhookDetail', 'One address')
  async find(
    @CurrentEnv() member: EnvMember,
    @Param('endpoint_id', { schema: uuid }) endpointId: string,
  ): Promise<WebhookDetail> {
    const record = await this.require(member, endpointId);
    return {
      ...toRow(record, await this.callsOf(member, [record])),
      base_path: basePathOf(member.orgSlug, member.envName, record.service) + record.path.replace(/\/$/, ''),
      secret_headers: record.secret_headers,
      created_at: record.created_at.toISOString(),
      build_id: record.build_id,
    };
  }

  @Post(':endpoint_id/reveal')
  @HttpCode(200)
  @Needs('run.execute')
  @AnswersOne('WebhookUrl', 'The whole address')
  async reveal(
    @CurrentEnv() member: EnvMember,
    @Param('endpoint_id', { schema: uuid }) endpointId: string,
  ): Promise<WebhookUrl> {
    const record = await this.require(member, endpointId);
    this.log.log({
      event: 'webhook.revealed',
      envId: member.envId,
      service: record.service,
      userId: member.userId,
    });
    return this.urlOf(member, record, record.webhook_id);
  }

  @Post(':endpoint_id/rotate')
  @HttpCode(200)
  @Needs('key.manage')
  @AnswersOne('WebhookUrl', 'Gives the address another secret end; the former one is gone at once')
  async rotate(
    @CurrentEnv() member: EnvMember,
    @Param('endpoint_id', { schema: uuid }) endpointId: string,
  ): Promise<WebhookUrl> {
    const record = await this.require(member, endpointId);
    const renewed = await this.webhooks.renew(member, record.webhook_id);
    if (renewed === null) throw new NotFoundError('Webhook endpoint');
    this.log.log({
      event: 'webhook.rotated',
      envId: member.envId,
      service: record.service,
      userId: member.userId,
    });
    return this.urlOf(member, record, renewed);
  }

  private urlOf(member: EnvMember, record: WebhookRecord, webhookId: string): WebhookUrl {
    const path = pathOf(member.orgSlug, member.envName, { ...record, webhookId });
    return { endpoint_id: idOf(record), path };
  }

  private async require(member: EnvMember, endpointId: string): Promise<WebhookRecord> {
    // An environment has some hundred at most, and a name that tells no secret is no key of the table.
    const record = (await this.queries.list(member)).find((one) => idOf(one) === endpointId);
    if (record === undefined) throw new NotFoundError('Webhook endpoint');
    return record;
  }

  private callsOf(
    member: EnvMember,
    records: readonly WebhookRecord[],
  ): Promise<ReadonlyMap<string, RecentCalls>> {
    return this.calls.of(member, records.map(functionOf), this.clock.nowMs());
  }
}

function idOf({ project_id: projectId, service, path, method }: WebhookRecord): string {
  return endpointIdOf({ projectId, service, path, method });
}

function functionOf(record: WebhookRecord): string {
  return `${record.ns}/${record.var}`;
}

function matches(record: WebhookRecord, { q = '', service, auth, project }: WebhooksQuery): boolean {
  const text = q.trim().toLowerCase();
  const shown = [record.service + record.path, record.method, functionOf(record), record.description ?? ''];
  return (
    (text === '' || shown.some((part) => part.toLowerCase().includes(text))) &&
    (service === undefined || service === '' || record.service === service) &&
    (auth === undefined || record.auth_mode === auth) &&
    (project === undefined || project === '' || record.project_name === project)
  );
}

function toRow(record: WebhookRecord, calls: ReadonlyMap<string, RecentCalls>): WebhookRow {
  const fn = functionOf(record);
  return {
    endpoint_id: idOf(record),
    service: record.service,
    method: record.method,
    path: record.path,
    function: fn,
    auth: record.auth_mode,
    description: record.description,
    project_id: record.project_id,
    project: record.project_name,
    source:
      record.file === null || record.line === null
        ? null
        : { file: record.file, line: record.line, column: record.column },
    calls: calls.get(`${record.project_id}${fn}`) ?? NO_CALLS,
  };
}
