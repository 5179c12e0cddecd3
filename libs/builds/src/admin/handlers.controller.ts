import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { EventHandlerRow } from '@app/contracts';
import { DEFAULT_RETRY_LIMITS, readRetryPolicy } from '@app/dispatch';
import { CurrentEnv, Needs, type EnvMember } from '@app/identity';
import { Clock } from '@app/kernel';
import { statusName } from '@app/observe';
import type { BareAnswer } from '@app/platform/http';
import {
  AnswersPage,
  listing,
  listQueryShape,
  offsetPage,
  pagePosition,
  RequestId,
  wantsFacets,
} from '@app/platform/lists';
import { z } from 'zod';
import { sendsOf } from './declared';
import { HandlerQueries, type ServingHandler } from './handler.queries';

const handlersQuery = z.object({
  q: listQueryShape.q,
  project: z.string().max(200).optional(),
  limit: listQueryShape.limit,
  offset: listQueryShape.offset,
  cursor: listQueryShape.cursor,
  include: listQueryShape.include,
});

@ApiTags('Event handlers')
@Controller('admin/v1/orgs/:org/envs/:env/handlers')
export class HandlersController {
  constructor(
    private readonly queries: HandlerQueries,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Needs('view')
  @AnswersPage('EventHandlerRow', 'Functions of serving builds that events start, by event type')
  async list(
    @CurrentEnv() member: EnvMember,
    @Query({ schema: handlersQuery }) query: z.infer<typeof handlersQuery>,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    const { limit, offset } = pagePosition(query);
    const { project } = query;
    const { rows, byProject } = await this.queries.list(member, { q: query.q, project }, { limit, offset });
    const total = byProject
      .filter(({ value }) => project === undefined || value === project)
      .reduce((sum, { count }) => sum + count, 0);
    return listing(offsetPage(rows.map(toRow), total, { limit, offset }), {
      requestId,
      nowMs: this.clock.nowMs(),
      facets: wantsFacets(query) ? { project: byProject } : undefined,
    });
  }
}

function toRow(handler: ServingHandler): EventHandlerRow {
  // A JSON object, by the compiler.
  const meta = handler.meta as Readonly<Record<'doc' | 'agent' | 'retry' | 'sends', unknown>>;
  const { file, line, column, last_event_id: eventId, last_event_time: at } = handler;
  const policy = readRetryPolicy(meta.retry, DEFAULT_RETRY_LIMITS);
  return {
    event_handler_id: handler.event_handler_id,
    event_type: handler.event_type,
    function: `${handler.ns}/${handler.var}`,
    doc: typeof meta.doc === 'string' ? meta.doc.trim() : null,
    project: handler.project,
    agent: typeof meta.agent === 'string' ? meta.agent : null,
    attempts: policy.attempts,
    backoff: policy.attempts > 0 ? policy.backoff : null,
    sends: sendsOf(meta.sends).map(({ event }) => event),
    at: file === null || line === null ? null : { file, line, column },
    build_id: handler.build_id,
    last:
      eventId === null || at === null
        ? null
        : {
            event_id: eventId,
            at: at.toISOString(),
            run_id: handler.run_id,
            status: handler.status === null ? null : statusName(handler.status),
          },
  };
}
