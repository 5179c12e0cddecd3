import { TASK_STATUSES, type TaskCancelAsked, type TaskDetail, type ValueText } from '@app/contracts';
import { EVENT_SOURCES } from '@app/dispatch';
import { cut, scanJson } from '@app/events';
import { CurrentEnv, Needs, type EnvMember } from '@app/identity';
import { Clock, ConflictError, NotFoundError } from '@app/kernel';
import { AttributionQueries, RunListQueries, sendJsonAttachment, toRunRow, toValueText } from '@app/observe';
import { uuid, type BareAnswer } from '@app/platform/http';
import {
  AnswersFile,
  AnswersOne,
  AnswersPage,
  chosenValues,
  listing,
  listQueryShape,
  listRange,
  mapRows,
  offsetPage,
  pagePosition,
  parseFreeValues,
  parseSearch,
  parseValues,
  RequestId,
  wantsFacets,
} from '@app/platform/lists';
import { TaskCommands } from '@app/tasks';
import { Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { TaskListQueries } from './task-list.queries';
import { toTaskDetail, toTaskRow } from './task.mapper';

/** Filters of the list of tasks, as they arrive. */
const taskListQuery = z.object({
  ...listQueryShape,
  status: z.string().max(200).optional(),
  project: z.string().max(4000).optional(),
});
type TaskListInput = z.infer<typeof taskListQuery>;

/** Its own attempts and those that were repeated. */
const MAX_RUNS = 500;

@ApiTags('Tasks')
@Controller('admin/v1/orgs/:org/envs/:env/tasks')
export class TasksController {
  constructor(
    private readonly queries: TaskListQueries,
    private readonly commands: TaskCommands,
    private readonly runs: RunListQueries,
    private readonly attributions: AttributionQueries,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Needs('view')
  @AnswersPage('TaskRow', 'Tasks, newest first')
  async list(
    @CurrentEnv() member: EnvMember,
    @Query({ schema: taskListQuery }) query: TaskListInput,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    const nowMs = this.clock.nowMs();
    const statuses = parseValues('status', query.status, TASK_STATUSES);
    const filter = {
      range: listRange(query, nowMs),
      statuses: statuses === undefined ? undefined : chosenValues(TASK_STATUSES, statuses),
      projects: parseFreeValues('project', query.project)?.values,
      search: parseSearch(query.q),
    };
    const { page, facets } = await this.queries.list(member, filter, pagePosition(query), wantsFacets(query));
    return listing(mapRows(page, toTaskRow), { requestId, nowMs, facets });
  }

  @Get(':task_id')
  @Needs('view')
  @AnswersOne('TaskDetail', 'One task')
  async find(
    @CurrentEnv() member: EnvMember,
    @Param('task_id', { schema: uuid }) taskId: string,
  ): Promise<TaskDetail> {
    const task = await this.queries.find(member, taskId);
    if (task === undefined) throw new NotFoundError('Task');
    const attribution = await this.attributions.of(member, {
      source: EVENT_SOURCES.code,
      originRunId: task.origin_run_id,
      accessId: task.access_id,
      userId: task.by_user_id,
      retentionClass: task.retention_class,
      at: new Date(task.created_ms),
    });
    return toTaskDetail(task, attribution, member.role);
  }

  @Get(':task_id/input')
  @Needs('payload.view')
  @AnswersOne('ValueText', 'The argument of the task')
  async input(
    @CurrentEnv() member: EnvMember,
    @Param('task_id', { schema: uuid }) taskId: string,
  ): Promise<ValueText> {
    return toValueText(await this.inputText(member, taskId));
  }

  @Get(':task_id/input/raw')
  @Needs('payload.view')
  @AnswersFile('application/json', 'The argument of the task, whole')
  async rawInput(
    @CurrentEnv() member: EnvMember,
    @Param('task_id', { schema: uuid }) taskId: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendJsonAttachment(reply, `task-${taskId}-input.json`, await this.inputText(member, taskId));
  }

  @Get(':task_id/result')
  @Needs('payload.view')
  @AnswersOne('ValueText', 'Result, failure or cancellation')
  async result(
    @CurrentEnv() member: EnvMember,
    @Param('task_id', { schema: uuid }) taskId: string,
  ): Promise<ValueText> {
    return toValueText((await this.texts(member, taskId)).result ?? 'null');
  }

  @Get(':task_id/result/raw')
  @Needs('payload.view')
  @AnswersFile('application/json', 'Result, failure or cancellation, whole')
  async rawResult(
    @CurrentEnv() member: EnvMember,
    @Param('task_id', { schema: uuid }) taskId: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { result } = await this.texts(member, taskId);
    sendJsonAttachment(reply, `task-${taskId}-result.json`, result ?? 'null');
  }

  @Get(':task_id/checkpoint')
  @Needs('payload.view')
  @AnswersOne('ValueText', 'What it would go on from')
  async checkpoint(
    @CurrentEnv() member: EnvMember,
    @Param('task_id', { schema: uuid }) taskId: string,
  ): Promise<ValueText> {
    return toValueText((await this.texts(member, taskId)).checkpoint ?? 'null');
  }

  @Get(':task_id/runs')
  @Needs('view')
  @AnswersPage('RunRow', 'Attempts of the task, newest first')
  async runsOf(
    @CurrentEnv() member: EnvMember,
    @Param('task_id', { schema: uuid }) taskId: string,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    await this.texts(member, taskId);
    const runs = await this.runs.related(member, { eventId: taskId }, MAX_RUNS);
    return listing(offsetPage(runs.map(toRunRow), runs.length, { limit: MAX_RUNS, offset: 0 }), {
      requestId,
      nowMs: this.clock.nowMs(),
    });
  }

  @Post(':task_id/cancel')
  @Needs('run.cancel')
  @HttpCode(202)
  @AnswersOne('TaskCancelAsked', 'Ends a task that waits, or asks one that goes on to stop', 202)
  async cancel(
    @CurrentEnv() member: EnvMember,
    @Param('task_id', { schema: uuid }) taskId: string,
  ): Promise<TaskCancelAsked> {
    if (!(await this.commands.cancel(member, taskId))) throw new ConflictError('The task has ended already');
    return { task_id: taskId };
  }

  private async inputText(member: EnvMember, taskId: string): Promise<string> {
    const { event_data: data } = await this.texts(member, taskId);
    if (data === null) throw new NotFoundError('Event');
    const scan = scanJson(data);
    const args = scan.ok ? scan.members.get('args') : undefined;
    return args === undefined ? 'null' : cut(data, args);
  }

  private async texts(
    member: EnvMember,
    taskId: string,
  ): Promise<NonNullable<Awaited<ReturnType<TaskListQueries['texts']>>>> {
    const texts = await this.queries.texts(member, taskId);
    if (texts === undefined) throw new NotFoundError('Task');
    return texts;
  }
}
