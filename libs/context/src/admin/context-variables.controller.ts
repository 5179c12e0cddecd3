import { Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ContextLevelService } from '@app/context';
import {
  CONTEXT_STATES,
  contextChangeBody,
  contextCreateBody,
  type ContextChangeBody,
  type ContextCreateBody,
  type ContextKeyDetail,
  type ContextKeyRow,
} from '@app/contracts';
import { CurrentEnv, Needs, type EnvMember } from '@app/identity';
import { Clock, NotFoundError, type EnvScope } from '@app/kernel';
import { JsonBody, type BareAnswer } from '@app/platform/http';
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
import { z } from 'zod';
import { ContextQueries } from './context.queries';
import { contextKeys, effectsOf } from './effective';

const contextQuery = z.object({
  q: listQueryShape.q,
  state: z.string().max(100).optional(),
  project: z.string().max(200).optional(),
  limit: listQueryShape.limit,
  offset: listQueryShape.offset,
  cursor: listQueryShape.cursor,
  include: listQueryShape.include,
});
const levelQuery = z.object({ project: z.string().max(200).optional() });

/** Variables of the environment and of its projects. A value goes in and never comes out. */
@ApiTags('Context variables')
@Controller('admin/v1/orgs/:org/envs/:env/context')
export class ContextVariablesController {
  constructor(
    private readonly queries: ContextQueries,
    private readonly levels: ContextLevelService,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Needs('context.view')
  @AnswersPage('ContextKeyRow', 'Keys that are set or that serving builds declare, by name')
  async list(
    @CurrentEnv() member: EnvMember,
    @Query({ schema: contextQuery }) query: z.infer<typeof contextQuery>,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    const { limit, offset } = pagePosition(query);
    const states = parseValues('state', query.state, CONTEXT_STATES);
    const found = (await this.rows(member)).filter((row) => matches(row, query.q, query.project));
    const rows =
      states === undefined
        ? found
        : found.filter((row) =>
            chosenValues(CONTEXT_STATES, states).some((state) => row.states.includes(state)),
          );
    return listing(offsetPage(rows.slice(offset, offset + limit), rows.length, { limit, offset }), {
      requestId,
      nowMs: this.clock.nowMs(),
      facets: wantsFacets(query)
        ? {
            state: CONTEXT_STATES.map((value) => ({
              value,
              count: found.filter((row) => row.states.includes(value)).length,
            })),
          }
        : undefined,
    });
  }

  @Get(':key')
  @Needs('context.view')
  @AnswersOne('ContextKeyDetail', 'One key: where it has a value, and what each project finds')
  async find(@CurrentEnv() member: EnvMember, @Param('key') key: string): Promise<ContextKeyDetail> {
    return this.detail(member, key);
  }

  @Post()
  @Needs('context.write')
  @HttpCode(201)
  @AnswersOne('ContextKeyDetail', 'Gives a key a value, in the environment or in a project', 201)
  async create(
    @CurrentEnv() member: EnvMember,
    @JsonBody(contextCreateBody) body: ContextCreateBody,
  ): Promise<ContextKeyDetail> {
    const { key, value: text, format, description } = body;
    const projectId = await this.projectId(member, body.project);
    await this.levels.create(member, projectId, key, { value: { text, format }, description });
    return this.detail(member, key);
  }

  @Patch(':key')
  @Needs('context.write')
  @AnswersOne('ContextKeyDetail', 'Replaces the value, the description or both; what is left out stays')
  async change(
    @CurrentEnv() member: EnvMember,
    @Param('key') key: string,
    @JsonBody(contextChangeBody) body: ContextChangeBody,
  ): Promise<ContextKeyDetail> {
    const { value: text, format = 'text', description } = body;
    const projectId = await this.projectId(member, body.project);
    const value = text === undefined ? undefined : { text, format };
    await this.levels.change(member, projectId, key, { value, description });
    return this.detail(member, key);
  }

  @Delete(':key')
  @Needs('context.write')
  @HttpCode(204)
  @AnswersNothing('Forgets the value of one level: the environment’s, or that of a project')
  async delete(
    @CurrentEnv() member: EnvMember,
    @Param('key') key: string,
    @Query({ schema: levelQuery }) { project }: z.infer<typeof levelQuery>,
  ): Promise<void> {
    await this.levels.delete(member, await this.projectId(member, project ?? null), key);
  }

  private async rows(scope: EnvScope): Promise<readonly ContextKeyRow[]> {
    const [levels, declared] = await Promise.all([this.queries.levels(scope), this.queries.declared(scope)]);
    return contextKeys(levels, declared);
  }

  private async detail(scope: EnvScope, key: string): Promise<ContextKeyDetail> {
    const [rows, projects] = await Promise.all([this.rows(scope), this.queries.projects(scope)]);
    const row = rows.find((each) => each.key === key);
    if (row === undefined) throw new NotFoundError('Context variable');
    return {
      ...row,
      effects: effectsOf(
        row,
        projects.map(({ name }) => name),
      ),
    };
  }

  private async projectId(scope: EnvScope, name: string | null): Promise<string | null> {
    if (name === null) return null;
    const project = (await this.queries.projects(scope)).find((each) => each.name === name);
    if (project === undefined) throw new NotFoundError('Project');
    return project.project_id;
  }
}

function matches(row: ContextKeyRow, q: string | undefined, project: string | undefined): boolean {
  const text = (q ?? '').trim().toLowerCase();
  const found =
    row.key.toLowerCase().includes(text) ||
    row.levels.some(({ description }) => description?.toLowerCase().includes(text) === true);
  return (
    found &&
    (project === undefined ||
      row.levels.some((level) => level.project === project) ||
      row.used_by.some((use) => use.project === project))
  );
}
