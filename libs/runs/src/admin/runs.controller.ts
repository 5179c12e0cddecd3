import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Hierarchy, RunDetail, ValueText } from '@app/contracts';
import { CurrentEnv, Needs, type EnvMember } from '@app/identity';
import { Clock, NotFoundError } from '@app/kernel';
import {
  AttributionQueries,
  parseRunFilter,
  RunDetailQueries,
  RunListQueries,
  sendJsonAttachment,
  toHierarchyNode,
  toRunRow,
  toValueText,
} from '@app/observe';
import { uuid, type BareAnswer } from '@app/platform/http';
import {
  AnswersFile,
  AnswersOne,
  AnswersPage,
  listing,
  listRange,
  mapRows,
  pagePosition,
  RequestId,
  wantsFacets,
} from '@app/platform/lists';
import type { FastifyReply } from 'fastify';
import { inputOf } from './run-input';
import { runListQuery, type RunListInput } from './run-list.query';
import { toRunDetail } from './run-detail.mapper';

/** More than anybody reads; a workflow that is larger says so. */
const MAX_HIERARCHY = 500;

@ApiTags('Runs')
@Controller('admin/v1/orgs/:org/envs/:env/runs')
export class RunsController {
  constructor(
    private readonly lists: RunListQueries,
    private readonly details: RunDetailQueries,
    private readonly attributions: AttributionQueries,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Needs('view')
  @AnswersPage('RunRow', 'Runs, newest first')
  async list(
    @CurrentEnv() member: EnvMember,
    @Query({ schema: runListQuery }) query: RunListInput,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    const nowMs = this.clock.nowMs();
    const filter = parseRunFilter(query, listRange(query, nowMs));
    const { page, facets } = await this.lists.list(member, filter, pagePosition(query), wantsFacets(query));
    return listing(mapRows(page, toRunRow), { requestId, nowMs, facets });
  }

  @Get(':run_id')
  @Needs('view')
  @AnswersOne('RunDetail', 'One run')
  async find(
    @CurrentEnv() member: EnvMember,
    @Param('run_id', { schema: uuid }) runId: string,
  ): Promise<RunDetail> {
    const run = await this.details.find(member, runId);
    if (run === undefined) throw new NotFoundError('Run');
    const attribution = await this.attributions.of(member, {
      source: run.event_source,
      originRunId: run.origin_run_id,
      accessId: run.access_id,
      userId: run.by_user_id,
      retentionClass: run.retention_class,
      at: run.event_time,
    });
    return toRunDetail(run, attribution, member.role);
  }

  @Get(':run_id/input')
  @Needs('payload.view')
  @AnswersOne('ValueText', 'What the run was called with')
  async input(
    @CurrentEnv() member: EnvMember,
    @Param('run_id', { schema: uuid }) runId: string,
  ): Promise<ValueText> {
    return toValueText(await this.inputText(member, runId));
  }

  @Get(':run_id/input/raw')
  @Needs('payload.view')
  @AnswersFile('application/json', 'What the run was called with, whole')
  async rawInput(
    @CurrentEnv() member: EnvMember,
    @Param('run_id', { schema: uuid }) runId: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendJsonAttachment(reply, `run-${runId}-input.json`, await this.inputText(member, runId));
  }

  @Get(':run_id/result')
  @Needs('payload.view')
  @AnswersOne('ValueText', 'Result, failure or cancellation')
  async result(
    @CurrentEnv() member: EnvMember,
    @Param('run_id', { schema: uuid }) runId: string,
  ): Promise<ValueText> {
    return toValueText(await this.resultText(member, runId));
  }

  @Get(':run_id/result/raw')
  @Needs('payload.view')
  @AnswersFile('application/json', 'Result, failure or cancellation, whole')
  async rawResult(
    @CurrentEnv() member: EnvMember,
    @Param('run_id', { schema: uuid }) runId: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendJsonAttachment(reply, `run-${runId}-result.json`, await this.resultText(member, runId));
  }

  @Get(':run_id/hierarchy')
  @Needs('view')
  @AnswersOne('Hierarchy', 'What the run came from and what came of it')
  async hierarchy(
    @CurrentEnv() member: EnvMember,
    @Param('run_id', { schema: uuid }) runId: string,
  ): Promise<Hierarchy> {
    const found = await this.details.hierarchy(member, runId, MAX_HIERARCHY + 1);
    if (!found.some((run) => run.run_id === runId)) throw new NotFoundError('Run');
    return {
      nodes: found.slice(0, MAX_HIERARCHY).map(toHierarchyNode),
      truncated: found.length > MAX_HIERARCHY,
    };
  }

  private async inputText(member: EnvMember, runId: string): Promise<string> {
    const input = await this.details.input(member, runId);
    if (input === undefined) throw new NotFoundError('Run');
    return inputOf(input.run_type, input.event_data);
  }

  private async resultText(member: EnvMember, runId: string): Promise<string> {
    const found = await this.details.result(member, runId);
    if (found === undefined) throw new NotFoundError('Run');
    // A run that goes on has none yet.
    return found.result ?? 'null';
  }
}
