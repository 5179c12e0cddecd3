import { requirePermission } from '@app/access';
import { Clock, mapPage, type RequestPrincipal } from '@app/kernel';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import { ApiItem, ApiList, list, uuid, type ListAnswer } from '@app/platform/http';
import { requireRunPermission, RunReads } from '@app/runs';
import { RunCounters } from '@app/stats';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { runResponse, runStatsResponse, toRunResponse } from './run.response';
import { listRunsQuery, toRunFilter, type ListRunsQuery } from './runs-query';

@ApiTags('Runs')
@Controller('v1/runs')
export class RunsController {
  constructor(
    private readonly reads: RunReads,
    private readonly counters: RunCounters,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Access('run', 'read')
  @ApiList('Runs, newest first', runResponse)
  async list(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Query({ schema: listRunsQuery }) query: ListRunsQuery,
  ): Promise<ListAnswer> {
    const filter = toRunFilter(query, this.clock.nowMs());
    requirePermission(principal, 'read', 'run:*');
    return list(mapPage(await this.reads.list(principal, filter, query.paging), toRunResponse));
  }

  @Get('stats')
  @Access('run', 'read')
  @ApiItem('How many runs there are, by status; tasks aside', runStatsResponse)
  async stats(@CurrentPrincipal() principal: RequestPrincipal): Promise<object> {
    requirePermission(principal, 'read', 'run:*');
    const totals = await this.counters.totals(principal, { runType: null, projectId: null, fromMs: null });
    // A run that waits for its retry is unfinished work.
    const running = totals.running + totals.pendingRetry;
    return {
      total_runs: running + totals.succeeded + totals.failed + totals.cancelled,
      running,
      succeeded: totals.succeeded,
      failed: totals.failed,
      cancelled: totals.cancelled,
    };
  }

  @Get(':run_id')
  @Access('run', 'read')
  @ApiItem('One run', runResponse)
  async get(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('run_id', { schema: uuid }) runId: string,
  ): Promise<object> {
    const run = await this.reads.get(principal, runId);
    requireRunPermission(principal, run);
    return toRunResponse(run);
  }
}
