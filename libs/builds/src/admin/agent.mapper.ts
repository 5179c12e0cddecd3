import {
  TRIGGER_KINDS,
  type AgentDetail,
  type AgentHealthName,
  type AgentRow,
  type AgentRuns,
} from '@app/contracts';
import { MAX_SAMPLE, type OutcomeCount } from './agent.queries';
import type { DeclaredAgent, DeclaredHandler } from './declared';

const SUCCEEDED = 2;
const FAILED = 3;

export function toAgentRow(
  agent: DeclaredAgent,
  handlers: readonly DeclaredHandler[],
  outcomes: readonly OutcomeCount[],
): AgentRow {
  const own = handlers.filter((handler) => handler.agent === agent.type);
  const runs = runsOf(agent.type, outcomes);
  return {
    namespace: agent.namespace,
    type_name: agent.type_name,
    name: agent.name,
    description: agent.description,
    tags: agent.tags,
    project: agent.project,
    build_id: agent.build_id,
    handlers: new Set(own.map((handler) => handler.function)).size,
    triggers: TRIGGER_KINDS.map((kind) => ({
      kind,
      count: own.filter((handler) => handler.kind === kind).length,
    })).filter(({ count }) => count > 0),
    runs,
    health: healthOf(runs),
  };
}

export const toAgentDetail = (
  agent: DeclaredAgent,
  handlers: readonly DeclaredHandler[],
  outcomes: readonly OutcomeCount[],
): AgentDetail => ({
  ...toAgentRow(agent, handlers, outcomes),
  fields: agent.fields,
  at: agent.at,
  functions: handlers
    .filter((handler) => handler.agent === agent.type)
    .map(({ function: name, kind, trigger, doc, retry, sent, at }) => ({
      function: name,
      kind,
      trigger,
      doc,
      retry,
      sends: sent.map(({ event }) => event),
      at,
    })),
});

function runsOf(type: string, outcomes: readonly OutcomeCount[]): AgentRuns {
  const counted = (status: number): number =>
    outcomes.find((each) => each.agent_type === type && each.status === status)?.count ?? 0;
  return {
    succeeded: counted(SUCCEEDED),
    failed: counted(FAILED),
    sampled: outcomes.reduce((sum, { count }) => sum + count, 0) >= MAX_SAMPLE,
  };
}

/** In whole numbers: 95 % is 95 % whatever the division makes of it. */
export function healthOf({ succeeded, failed }: AgentRuns): AgentHealthName {
  const all = succeeded + failed;
  if (all === 0) return 'idle';
  if (succeeded * 100 > all * 95) return 'healthy';
  return succeeded * 100 >= all * 80 ? 'degraded' : 'failing';
}
