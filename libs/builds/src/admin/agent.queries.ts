/** Tables: project, build, run. Read-only. What serving builds declare, and how their agents do. */
import { Injectable } from '@nestjs/common';
import { idFloor, type EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import type { ServingDefinitions } from './declared';

/** Runs that are looked at for the health of agents: nothing counts by agent. */
export const MAX_SAMPLE = 20_000;

const SERVING = `
  SELECT p.name AS project, b.build_id, b.definitions -> 'agents' AS agents,
         b.definitions -> 'event_handlers' AS event_handlers,
         b.definitions -> 'scheduled_functions' AS scheduled_functions,
         b.definitions -> 'webhooks' AS webhooks, b.definitions -> 'mcp_tools' AS mcp_tools
    FROM hot.project p JOIN hot.build b ON b.build_id = p.serving_build_id
   WHERE p.env_id = $1 AND p.deleted_at IS NULL ORDER BY p.name COLLATE "C"`;

const OUTCOMES = `
  SELECT agent_type, status::int AS status, count(*)::int AS count
    FROM (SELECT r.agent_type, r.status FROM hot.run r
           WHERE r.env_id = $1 AND r.run_id >= $2 ORDER BY r.run_id DESC LIMIT ${MAX_SAMPLE}) s
   GROUP BY 1, 2`;

export interface OutcomeCount {
  readonly agent_type: string | null;
  readonly status: number;
  readonly count: number;
}

@Injectable()
export class AgentQueries {
  constructor(private readonly db: Db) {}

  serving({ envId }: EnvScope): Promise<readonly ServingDefinitions[]> {
    return this.db.query<ServingDefinitions & Record<string, unknown>>(SERVING, [envId]);
  }

  outcomes({ envId }: EnvScope, sinceMs: number): Promise<readonly OutcomeCount[]> {
    return this.db.query<OutcomeCount & Record<string, unknown>>(OUTCOMES, [envId, idFloor(sinceMs)]);
  }
}
