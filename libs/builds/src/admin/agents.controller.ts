import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { AgentDetail, Graph } from '@app/contracts';
import { CurrentEnv, Needs, type EnvMember } from '@app/identity';
import { Clock, NotFoundError, type EnvScope } from '@app/kernel';
import {
  parseRunFilter,
  parseStreamFilter,
  RunListQueries,
  StreamQueries,
  toRunRow,
  toStreamRow,
} from '@app/observe';
import type { BareAnswer } from '@app/platform/http';
import {
  AnswersOne,
  AnswersPage,
  listing,
  listQueryShape,
  listRange,
  mapRows,
  offsetPage,
  pagePosition,
  RequestId,
} from '@app/platform/lists';
import { z } from 'zod';
import { toAgentDetail, toAgentRow } from './agent.mapper';
import { AgentQueries } from './agent.queries';
import { declaredAgents, declaredHandlers, type DeclaredAgent, type DeclaredHandler } from './declared';
import { topology } from './topology';

const DAY_MS = 86_400_000;

const pageShape = {
  limit: listQueryShape.limit,
  offset: listQueryShape.offset,
  cursor: listQueryShape.cursor,
};
const agentsQuery = z.object({ q: listQueryShape.q, ...pageShape });
const historyQuery = z.object({
  t: listQueryShape.t,
  from: listQueryShape.from,
  to: listQueryShape.to,
  status: z.string().max(200).optional(),
  ...pageShape,
});
const graphQuery = z.object({ agent: z.string().max(500).optional() });

interface Declared {
  readonly agents: readonly DeclaredAgent[];
  readonly handlers: readonly DeclaredHandler[];
}

/** Agents that serving builds declare, and how everything that serves hangs together. */
@ApiTags('Agents')
@Controller('admin/v1/orgs/:org/envs/:env')
@Needs('view')
export class AgentsController {
  constructor(
    private readonly queries: AgentQueries,
    private readonly runs: RunListQueries,
    private readonly streams: StreamQueries,
    private readonly clock: Clock,
  ) {}

  @Get('agents')
  @AnswersPage('AgentRow', 'Agents of serving builds, by name')
  async list(
    @CurrentEnv() member: EnvMember,
    @Query({ schema: agentsQuery }) query: z.infer<typeof agentsQuery>,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    const nowMs = this.clock.nowMs();
    const { limit, offset } = pagePosition(query);
    const [{ agents, handlers }, outcomes] = await Promise.all([
      this.declared(member),
      this.queries.outcomes(member, nowMs - DAY_MS),
    ]);
    const found = agents
      .filter((agent) => matches(agent, query.q))
      .sort((a, b) => a.name.localeCompare(b.name, 'en') || (a.type < b.type ? -1 : 1));
    const rows = found.slice(offset, offset + limit).map((agent) => toAgentRow(agent, handlers, outcomes));
    return listing(offsetPage(rows, found.length, { limit, offset }), { requestId, nowMs });
  }

  @Get('agents/:namespace/:type')
  @AnswersOne('AgentDetail', 'One agent with its functions')
  async find(
    @CurrentEnv() member: EnvMember,
    @Param('namespace') namespace: string,
    @Param('type') type: string,
  ): Promise<AgentDetail> {
    const [{ agent, declared }, outcomes] = await Promise.all([
      this.require(member, namespace, type),
      this.queries.outcomes(member, this.clock.nowMs() - DAY_MS),
    ]);
    return toAgentDetail(agent, declared.handlers, outcomes);
  }

  @Get('agents/:namespace/:type/runs')
  @AnswersPage('RunRow', 'Runs of an agent, newest first')
  async runsOf(
    @CurrentEnv() member: EnvMember,
    @Param('namespace') namespace: string,
    @Param('type') type: string,
    @Query({ schema: historyQuery }) query: z.infer<typeof historyQuery>,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    const nowMs = this.clock.nowMs();
    const { agent, declared } = await this.require(member, namespace, type);
    const functions = declared.handlers
      .filter((handler) => handler.agent === agent.type)
      .map((handler) => handler.function);
    const filter = {
      ...parseRunFilter({ status: query.status }, listRange(query, nowMs)),
      agent: { type: agent.type, functions },
    };
    const { page } = await this.runs.list(member, filter, pagePosition(query), false);
    return listing(mapRows(page, toRunRow), { requestId, nowMs });
  }

  @Get('agents/:namespace/:type/streams')
  @AnswersPage('StreamRow', 'Streams in which an agent has run, newest first')
  async streamsOf(
    @CurrentEnv() member: EnvMember,
    @Param('namespace') namespace: string,
    @Param('type') type: string,
    @Query({ schema: historyQuery }) query: z.infer<typeof historyQuery>,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    const nowMs = this.clock.nowMs();
    const { agent } = await this.require(member, namespace, type);
    const filter = { ...parseStreamFilter({}, listRange(query, nowMs)), agentType: agent.type };
    const page = await this.streams.list(member, filter, pagePosition(query));
    return listing(mapRows(page, toStreamRow), { requestId, nowMs });
  }

  @Get('graph')
  @AnswersOne('Graph', 'Functions, events and triggers of serving builds, and how they are connected')
  async graph(
    @CurrentEnv() member: EnvMember,
    @Query({ schema: graphQuery }) { agent }: z.infer<typeof graphQuery>,
  ): Promise<Graph> {
    const { agents, handlers } = await this.declared(member);
    if (agent !== undefined && !agents.some(({ type }) => type === agent)) throw new NotFoundError('Agent');
    return topology(handlers, agents, agent ?? null);
  }

  private async declared(scope: EnvScope): Promise<Declared> {
    const serving = await this.queries.serving(scope);
    return { agents: declaredAgents(serving), handlers: declaredHandlers(serving) };
  }

  private async require(
    scope: EnvScope,
    namespace: string,
    typeName: string,
  ): Promise<{ readonly agent: DeclaredAgent; readonly declared: Declared }> {
    const declared = await this.declared(scope);
    const agent = declared.agents.find(({ type }) => type === `${namespace}/${typeName}`);
    if (agent === undefined) throw new NotFoundError('Agent');
    return { agent, declared };
  }
}

function matches(agent: DeclaredAgent, q: string | undefined): boolean {
  const text = (q ?? '').trim().toLowerCase();
  return [agent.name, agent.type, agent.project, ...agent.tags].some((each) =>
    each.toLowerCase().includes(text),
  );
}
