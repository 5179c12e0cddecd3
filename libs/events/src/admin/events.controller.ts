import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { EventDetail, KnownEventType } from '@app/contracts';
import { CurrentEnv, Needs, roleMay, type EnvMember } from '@app/identity';
import { Clock, NotFoundError } from '@app/kernel';
import {
  AttributionQueries,
  EventDetailQueries,
  EventListQueries,
  EventTypeQueries,
  nearTypes,
  parseEventFilter,
  RunListQueries,
  sendJsonAttachment,
  toEventRow,
  toRunRow,
  toValueText,
} from '@app/observe';
import { uuid, type BareAnswer } from '@app/platform/http';
import {
  AnswersAll,
  AnswersFile,
  AnswersOne,
  AnswersPage,
  listing,
  listRange,
  mapRows,
  offsetPage,
  pagePosition,
  RequestId,
  wantsFacets,
} from '@app/platform/lists';
import type { FastifyReply } from 'fastify';
import { eventListQuery, type EventListInput } from './event-list.query';
import { toKnownTypes } from './known-types.mapper';

/** Runs of one event: its handlers and their attempts. */
const MAX_RUNS = 500;

@ApiTags('Events')
@Controller('admin/v1/orgs/:org/envs/:env/events')
export class EventsController {
  constructor(
    private readonly lists: EventListQueries,
    private readonly details: EventDetailQueries,
    private readonly types: EventTypeQueries,
    private readonly runs: RunListQueries,
    private readonly attributions: AttributionQueries,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Needs('view')
  @AnswersPage('EventRow', 'Events, newest first')
  async list(
    @CurrentEnv() member: EnvMember,
    @Query({ schema: eventListQuery }) query: EventListInput,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    const nowMs = this.clock.nowMs();
    const filter = parseEventFilter(query, listRange(query, nowMs));
    const { page, facets } = await this.lists.list(member, filter, pagePosition(query), wantsFacets(query));
    const showPayload = roleMay(member.role, 'payload.view');
    return listing(
      mapRows(page, (row) => toEventRow(row, showPayload)),
      { requestId, nowMs, facets },
    );
  }

  /** Before `:event_id`: the router prefers fixed parts, readers of the code too. */
  @Get('types')
  @Needs('view')
  @AnswersAll('KnownEventType', 'What the serving builds listen to')
  async knownTypes(@CurrentEnv() member: EnvMember): Promise<readonly KnownEventType[]> {
    return toKnownTypes(await this.types.handlers(member));
  }

  @Get(':event_id')
  @Needs('view')
  @AnswersOne('EventDetail', 'One event')
  async find(
    @CurrentEnv() member: EnvMember,
    @Param('event_id', { schema: uuid }) eventId: string,
  ): Promise<EventDetail> {
    const event = await this.details.find(member, eventId);
    if (event === undefined) throw new NotFoundError('Event');
    const showPayload = roleMay(member.role, 'payload.view');
    const [attribution, payload, known] = await Promise.all([
      this.attributions.of(member, {
        source: event.source,
        originRunId: event.origin_run_id,
        accessId: event.access_id,
        userId: event.created_by_user_id,
        retentionClass: event.retention_class,
        at: event.event_time,
      }),
      showPayload ? this.details.payload(member, eventId) : undefined,
      event.state === 'unhandled' ? this.types.handlers(member) : [],
    ]);
    return {
      ...toEventRow(event, showPayload),
      payload: payload === undefined ? null : toValueText(payload.event_data),
      attribution,
      near_types: nearTypes(
        event.event_type,
        distinct(known.map((handler) => ({ type: handler.event_type, project: handler.project }))),
      ),
    };
  }

  @Get(':event_id/payload/raw')
  @Needs('payload.view')
  @AnswersFile('application/json', 'The payload, whole')
  async rawPayload(
    @CurrentEnv() member: EnvMember,
    @Param('event_id', { schema: uuid }) eventId: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const payload = await this.details.payload(member, eventId);
    if (payload === undefined) throw new NotFoundError('Event');
    sendJsonAttachment(reply, `event-${eventId}.json`, payload.event_data);
  }

  @Get(':event_id/runs')
  @Needs('view')
  @AnswersPage('RunRow', 'Runs that the event started, every attempt, newest first')
  async runsOf(
    @CurrentEnv() member: EnvMember,
    @Param('event_id', { schema: uuid }) eventId: string,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    if ((await this.details.payload(member, eventId)) === undefined) throw new NotFoundError('Event');
    const runs = await this.runs.related(member, { eventId }, MAX_RUNS);
    return listing(offsetPage(runs.map(toRunRow), runs.length, { limit: MAX_RUNS, offset: 0 }), {
      requestId,
      nowMs: this.clock.nowMs(),
    });
  }
}

function distinct(
  items: readonly { readonly type: string; readonly project: string }[],
): { readonly type: string; readonly project: string }[] {
  return [...new Map(items.map((item) => [`${item.project}\0${item.type}`, item])).values()];
}
