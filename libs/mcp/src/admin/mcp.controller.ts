import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  DOOR_AUTHS,
  type McpServices,
  type McpToolDetail,
  type McpToolRow,
  type RecentCalls,
} from '@app/contracts';
import { CurrentEnv, Needs, type EnvMember } from '@app/identity';
import { Clock, NotFoundError } from '@app/kernel';
import { NO_CALLS, RecentCallQueries } from '@app/observe';
import { AnswersOne, listQueryShape } from '@app/platform/lists';
import { z } from 'zod';
import { ToolQueries, type ToolRecord } from './tool.queries';

const toolsQuery = z.object({
  q: listQueryShape.q,
  service: z.string().max(200).optional(),
  auth: z.enum(DOOR_AUTHS).optional(),
  project: z.string().max(200).optional(),
});
type ToolsQuery = z.infer<typeof toolsQuery>;

/** Tools that AI clients may call. */
@ApiTags('MCP services')
@Controller('admin/v1/orgs/:org/envs/:env/mcp')
@Needs('view')
export class McpAdminController {
  constructor(
    private readonly queries: ToolQueries,
    private readonly calls: RecentCallQueries,
    private readonly clock: Clock,
  ) {}

  @Get()
  @AnswersOne('McpServices', 'Tools that serve, by service')
  async list(
    @CurrentEnv() member: EnvMember,
    @Query({ schema: toolsQuery }) query: ToolsQuery,
  ): Promise<McpServices> {
    const all = await this.queries.list(member);
    const found = all.filter((record) => matches(record, query));
    const calls = await this.callsOf(member, found);
    const services = [...Map.groupBy(found, ({ service }) => service)].map(([service, records]) => ({
      service,
      path: servicePath(member, service),
      tools: records.map((record) => toRow(record, calls)),
    }));
    return { services, total: all.length };
  }

  @Get(':service/:tool')
  @AnswersOne('McpToolDetail', 'One tool')
  async find(
    @CurrentEnv() member: EnvMember,
    @Param('service') service: string,
    @Param('tool') tool: string,
  ): Promise<McpToolDetail> {
    const record = await this.queries.find(member, service, tool);
    if (record === undefined) throw new NotFoundError('Tool');
    return {
      ...toRow(record, await this.callsOf(member, [record])),
      path: servicePath(member, service),
      input_schema: record.input_schema,
      output_schema: record.output_schema,
      annotations: record.annotations,
      params: record.params,
      build_id: record.build_id,
    };
  }

  private callsOf(
    member: EnvMember,
    records: readonly ToolRecord[],
  ): Promise<ReadonlyMap<string, RecentCalls>> {
    return this.calls.of(member, records.map(functionOf), this.clock.nowMs());
  }
}

function servicePath({ orgSlug, envName }: EnvMember, service: string): string {
  return `/mcp/${[orgSlug, envName, service].map(encodeURIComponent).join('/')}`;
}

function functionOf(record: ToolRecord): string {
  return `${record.ns}/${record.var}`;
}

function matches(record: ToolRecord, { q = '', service, auth, project }: ToolsQuery): boolean {
  const text = q.trim().toLowerCase();
  const shown = [record.name, record.title ?? '', record.description ?? '', functionOf(record)];
  return (
    (text === '' || shown.some((part) => part.toLowerCase().includes(text))) &&
    (service === undefined || service === '' || record.service === service) &&
    (auth === undefined || record.auth_mode === auth) &&
    (project === undefined || project === '' || record.project_name === project)
  );
}

function toRow(record: ToolRecord, calls: ReadonlyMap<string, RecentCalls>): McpToolRow {
  const fn = functionOf(record);
  return {
    service: record.service,
    name: record.name,
    title: record.title,
    description: record.description,
    function: fn,
    auth: record.auth_mode,
    project_id: record.project_id,
    project: record.project_name,
    source:
      record.file === null || record.line === null
        ? null
        : { file: record.file, line: record.line, column: record.column },
    calls: calls.get(`${record.project_id}${fn}`) ?? NO_CALLS,
  };
}
