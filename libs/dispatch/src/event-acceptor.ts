/**
 * The door through which every event comes, wherever it was made. When `accept` resolves the event is durable and will
 * be handled at least once; what is done after that (notices, tickets) may be lost without losing the event.
 */
import { LargeValues, type Spilled } from '@app/blobs';
import { ConflictError, newId, NotFoundError, NotOurRunError, UnavailableError } from '@app/kernel';
import type { Db } from '@app/platform/database';
import { LiveBus } from '@app/platform/live';
import { counter } from '@app/platform/metrics';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AcceptRepository, type AcceptResult, type AcceptRow, type StreamMode } from './accept.repository';
import { CounterSlots } from './counter-slots';
import { GroupWriter } from './group-writer';
import { HotSqlPools } from './hot-sql.pools';
import { envChannel } from './notices';
import { isRowsFault } from './refusal';
import { EVENT_SOURCES, type EventSource } from './states';
import { StreamTotals } from './stream-totals';
import type { CalledFunction } from './ticket';
import { TicketSender } from './ticket-sender';

/** Where an event must go, said by the server and by nobody else. Null parts do not restrict. */
export interface EventRouting {
  /** Exactly this build, even when it no longer serves. */
  readonly buildId?: string;
  /** Only this handler. */
  readonly handler?: { readonly projectId: string; readonly key: string };
  /** Who called, for the function to see: never from a client. */
  readonly caller?: unknown;
  /** The run this event repeats. */
  readonly rerunOf?: string;
  /** Project preferred when several have the called function. */
  readonly projectId?: string;
}

export interface NewEvent {
  readonly orgId: string;
  readonly envId: string;
  readonly retentionClass: number;
  readonly eventType: string;
  /** JSON text, at most 16 MiB, checked by the caller. */
  readonly eventData: string;
  /** Null: a stream of its own. */
  readonly streamId: string | null;
  /**
   * What is known of the stream: `known`, it is of this env (a run sends into its own stream); `fresh`, its id was made
   * here a moment ago; `given` (the default), a client named it.
   */
  readonly stream?: StreamMode;
  readonly source: EventSource;
  readonly byUserId: string | null;
  readonly accessId: string | null;
  readonly eventId?: string;
  readonly originRunId?: string | null;
  readonly routing?: EventRouting | null;
  /** What a call in exactly one build calls: spares its worker a look. */
  readonly call?: CalledFunction;
  readonly sealed?: string | null;
  /** Written only while this incarnation holds this running row. */
  readonly guard?: { readonly dispatchId: string; readonly incarnation: string } | null;
  readonly idempotency?: { readonly key: string; readonly requestHash: string } | null;
}

export interface AcceptedEvent {
  readonly eventId: string;
  readonly streamId: string;
  readonly eventTimeMs: number;
  /** The idempotency key was used before: this is the event of that time, nothing was published. */
  readonly isRepeat: boolean;
}

const accepted = counter('hot_events_accepted_total', 'Events that are stored', ['source']);

const MAX_GROUP_ROWS = 500;
const MAX_GROUP_BYTES = 8 * 1024 * 1024;
const KNOWN_STREAMS = 20_000;

@Injectable()
export class EventAcceptor {
  private readonly repository: AcceptRepository;
  private readonly writer: GroupWriter<AcceptRow, AcceptResult>;
  /** Streams whose env is known; a stream never changes its env. */
  private readonly streams = new LRUCache<string, string>({ max: KNOWN_STREAMS });

  constructor(
    pools: HotSqlPools,
    private readonly bus: LiveBus,
    private readonly tickets: TicketSender,
    private readonly totals: StreamTotals,
    private readonly slots: CounterSlots,
    private readonly values: LargeValues,
  ) {
    this.repository = new AcceptRepository(pools.durable);
    this.writer = new GroupWriter({
      maxItems: MAX_GROUP_ROWS,
      maxWeight: MAX_GROUP_BYTES,
      maxInFlight: 1,
      weigh: (row) => row.eventData.length + 300,
      write: (rows, lane) => this.repository.insert(rows, slots.of(lane === 0 ? 'accept' : 'acceptSecond')),
      isItemsFault: isRowsFault,
    });
  }

  /**
   * Throws NotFoundError when the stream belongs to another env, ConflictError when an idempotency key was used for
   * another request, NotOurRunError when the guard fails, UnavailableError when the database cannot be reached.
   */
  async accept(event: NewEvent): Promise<AcceptedEvent> {
    if (event.idempotency) {
      const earlier = await this.findRepeat(event, event.idempotency);
      if (earlier !== null) return earlier;
    }
    const stored = this.values.mayBeLarge(event.eventData)
      ? await this.values.spill(event, event.eventData)
      : null;
    const eventTimeMs = Date.now();
    const row = this.rowOf(event, eventTimeMs, stored);
    const result = await this.writer.push(row);
    switch (result.outcome) {
      case 'accepted':
        this.streams.set(row.streamId, row.envId);
        // A stream that the event began with was inserted with its first event counted.
        if (!result.streamCreated) this.totals.add(row.streamId, { events: 1 });
        this.announce(row, result.streamCreated);
        accepted.add({ source: event.source });
        return { eventId: row.eventId, streamId: row.streamId, eventTimeMs, isRepeat: false };
      case 'foreign-stream':
        throw new NotFoundError('Stream');
      case 'not-ours':
        throw new NotOurRunError();
      case 'duplicate': {
        const earlier = event.idempotency && (await this.findRepeat(event, event.idempotency));
        if (earlier) return earlier;
        throw new UnavailableError('The request with this Idempotency-Key is still being handled');
      }
    }
  }

  /**
   * Writes events in the surrounding transaction of `db`: with everything else of it, or not at all. Each begins a stream
   * of its own. They are made known, and get their tickets, after the commit. Call it once per transaction: two would
   * wait for each other's counters.
   */
  async acceptWithin(db: Db, events: readonly NewEvent[]): Promise<void> {
    if (events.length === 0) return;
    const nowMs = Date.now();
    const rows: AcceptRow[] = [];
    for (const event of events) {
      const stored = await this.values.spill(event, event.eventData);
      rows.push(this.rowOf({ ...event, streamId: null }, nowMs, stored));
    }
    const repository = new AcceptRepository({ rows: (statement, values) => db.query(statement, values) });
    await repository.insert(rows, this.slots.of('fire'));
    db.afterCommit(() => {
      for (const row of rows) {
        this.streams.set(row.streamId, row.envId);
        this.announce(row, true);
      }
      for (const { source } of events) accepted.add({ source });
    });
  }

  private rowOf(event: NewEvent, eventTimeMs: number, stored: Spilled | null): AcceptRow {
    const streamId = event.streamId ?? newId();
    const owner = this.streams.get(streamId);
    if (event.streamId !== null && owner !== undefined && owner !== event.envId) {
      throw new NotFoundError('Stream');
    }
    const known = owner !== undefined ? 'known' : (event.stream ?? 'given');
    return {
      orgId: event.orgId,
      envId: event.envId,
      retentionClass: event.retentionClass,
      eventId: event.eventId ?? newId(),
      streamId,
      streamMode: event.streamId === null ? 'fresh' : known,
      eventType: event.eventType,
      eventData: stored?.text ?? event.eventData,
      ...(stored === null ? {} : { refs: stored.refs }),
      eventTimeMs,
      source: EVENT_SOURCES[event.source],
      byUserId: event.byUserId,
      accessId: event.accessId,
      originRunId: event.originRunId ?? null,
      routing: event.routing ? JSON.stringify(event.routing) : null,
      call: event.call ?? null,
      sealed: event.sealed ?? null,
      guard: event.guard ?? null,
      idempotency: event.idempotency ?? null,
    };
  }

  private async findRepeat(
    event: NewEvent,
    idempotency: { readonly key: string; readonly requestHash: string },
  ): Promise<AcceptedEvent | null> {
    const earlier = await this.repository.findByIdempotencyKey(event.envId, idempotency.key);
    if (earlier === null) return null;
    if (earlier.requestHash !== idempotency.requestHash) {
      throw new ConflictError('This Idempotency-Key was used for a different request');
    }
    return {
      eventId: earlier.eventId,
      streamId: earlier.streamId,
      eventTimeMs: earlier.eventTimeMs,
      isRepeat: true,
    };
  }

  private announce(row: AcceptRow, streamCreated: boolean): void {
    const channel = envChannel(row.envId);
    if (streamCreated) {
      this.bus.publish(
        channel,
        `{"type":"stream:created","stream_id":"${row.streamId}","env_id":"${row.envId}","project_id":null}`,
      );
    }
    this.bus.publish(
      channel,
      `{"type":"event:created","event_id":"${row.eventId}","env_id":"${row.envId}","stream_id":"${row.streamId}",` +
        `"event_type":${JSON.stringify(row.eventType)},"project_id":null}`,
    );
    const { envId, eventType, call } = row;
    // Any other row with routing has to be read before anyone knows what it is for.
    const hint =
      call !== null ? { envId, eventType, call } : row.routing === null ? { envId, eventType } : null;
    this.tickets.send([{ dispatchId: row.eventId, hint, isRetry: false }]);
  }
}
