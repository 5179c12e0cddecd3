import { Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { SCHEDULE_KINDS, SCHEDULE_STATES, type ScheduleDetail, type ScheduleStarted } from '@app/contracts';
import { CurrentEnv, Needs, type EnvMember } from '@app/identity';
import { Clock, ConflictError, NotFoundError, type EnvScope } from '@app/kernel';
import { uuid, type BareAnswer } from '@app/platform/http';
import {
  AnswersNothing,
  AnswersOne,
  AnswersPage,
  chosenValues,
  listing,
  listQueryShape,
  offsetPage,
  pagePosition,
  parseValues,
  RequestId,
  wantsFacets,
} from '@app/platform/lists';
import { ScheduleRepository } from '@app/schedules';
import { z } from 'zod';
import { RunNow } from './run-now';
import { ScheduleListQueries, type ScheduleRecord } from './schedule-list.queries';
import { toOccurrence, toScheduleDetail, toScheduleRow } from './schedule.mapper';

const pageShape = {
  limit: listQueryShape.limit,
  offset: listQueryShape.offset,
  cursor: listQueryShape.cursor,
};
const schedulesQuery = z.object({
  q: listQueryShape.q,
  state: z.string().max(100).optional(),
  kind: z.string().max(100).optional(),
  project: z.string().max(200).optional(),
  sort: z.enum(['next', 'function']).optional(),
  include: listQueryShape.include,
  ...pageShape,
});
const pageQuery = z.object(pageShape);

@ApiTags('Schedules')
@Controller('admin/v1/orgs/:org/envs/:env/schedules')
export class SchedulesController {
  constructor(
    private readonly queries: ScheduleListQueries,
    private readonly schedules: ScheduleRepository,
    private readonly runNow: RunNow,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Needs('view')
  @AnswersPage('ScheduleRow', 'What runs at times, by its next time')
  async list(
    @CurrentEnv() member: EnvMember,
    @Query({ schema: schedulesQuery }) query: z.infer<typeof schedulesQuery>,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    const { limit, offset } = pagePosition(query);
    const { rows, total, facets } = await this.queries.list(
      member,
      {
        q: query.q,
        states: chosenValues(SCHEDULE_STATES, parseValues('state', query.state, SCHEDULE_STATES)),
        kinds: chosenValues(SCHEDULE_KINDS, parseValues('kind', query.kind, SCHEDULE_KINDS)),
        project: query.project,
        byFunction: query.sort === 'function',
      },
      { limit, offset },
    );
    const recent = await this.queries.recent(
      member,
      rows.map(({ schedule_id }) => schedule_id),
    );
    const page = offsetPage(
      rows.map((row) => toScheduleRow(row, recent)),
      total,
      { limit, offset },
    );
    return listing(page, {
      requestId,
      nowMs: this.clock.nowMs(),
      facets: wantsFacets(query) ? facets : undefined,
    });
  }

  @Get(':schedule_id')
  @Needs('view')
  @AnswersOne('ScheduleDetail', 'One schedule with its next times')
  async find(
    @CurrentEnv() member: EnvMember,
    @Param('schedule_id', { schema: uuid }) scheduleId: string,
  ): Promise<ScheduleDetail> {
    const row = await this.require(member, scheduleId);
    return toScheduleDetail(row, await this.queries.recent(member, [scheduleId]));
  }

  @Get(':schedule_id/occurrences')
  @Needs('view')
  @AnswersPage('ScheduleOccurrence', 'What it did, and what it left out, newest first')
  async occurrences(
    @CurrentEnv() member: EnvMember,
    @Param('schedule_id', { schema: uuid }) scheduleId: string,
    @Query({ schema: pageQuery }) query: z.infer<typeof pageQuery>,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    await this.require(member, scheduleId);
    const { limit, offset } = pagePosition(query);
    const { rows, total } = await this.queries.occurrences(member, scheduleId, { limit, offset });
    return listing(offsetPage(rows.map(toOccurrence), total, { limit, offset }), {
      requestId,
      nowMs: this.clock.nowMs(),
    });
  }

  @Post(':schedule_id/run')
  @Needs('run.execute')
  @HttpCode(202)
  @AnswersOne('ScheduleStarted', 'Lets it happen once more, now; its next time stays', 202)
  async run(
    @CurrentEnv() member: EnvMember,
    @Param('schedule_id', { schema: uuid }) scheduleId: string,
  ): Promise<ScheduleStarted> {
    return { event_id: await this.runNow.run(member, scheduleId) };
  }

  @Delete(':schedule_id')
  @Needs('schedule.operate')
  @HttpCode(204)
  @AnswersNothing('Ends a schedule that a program made; a declared one ends with its code')
  async end(
    @CurrentEnv() member: EnvMember,
    @Param('schedule_id', { schema: uuid }) scheduleId: string,
  ): Promise<void> {
    const row = await this.require(member, scheduleId);
    if (row.kind === 'declared') {
      throw new ConflictError(
        'This schedule is declared in code: it ends when a build without it is deployed',
      );
    }
    await this.schedules.cancel(member.envId, row.project_id, { scheduleId });
  }

  private async require(scope: EnvScope, scheduleId: string): Promise<ScheduleRecord> {
    const row = await this.queries.find(scope, scheduleId);
    if (row === undefined) throw new NotFoundError('Schedule');
    return row;
  }
}
