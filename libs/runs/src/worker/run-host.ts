/**
 * What a running program reaches of the platform. What it posts is handled in order, and all of it is settled before
 * the run's outcome is written, so that whoever sees the outcome sees what led to it.
 */
import { EventAcceptor } from '@app/dispatch';
import { cut, scanJson } from '@app/events';
import { newId, NotOurRunError, UnavailableError } from '@app/kernel';
import type { SandboxHost } from '@app/platform/sandbox';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventSeals } from '../event-seals';
import type { HostFunctions, RunFacts } from './extension-points';
import type { RunAnnouncer } from './run-announcer';
import { MAX_STREAM_DATA_ROWS, type StreamDataWriter } from './stream-data-writer';
import { RunLog } from './run-log';
import { TraceBuffer } from './trace-buffer';
import type { TraceSegment } from '@app/dispatch';

export interface RunHostServices {
  readonly acceptor: EventAcceptor;
  readonly announcer: RunAnnouncer;
  readonly streamData: StreamDataWriter;
  readonly functions: HostFunctions;
  readonly seals: EventSeals;
  /** Of printed text per run. */
  readonly maxLogBytes: number;
  readonly appendSegment: (run: RunFacts, segment: TraceSegment) => Promise<void>;
  /** Whether the incarnation that runs this may still write. */
  readonly isOurs: (incarnation: string) => boolean;
  /** The run has been taken from us: stop it. */
  readonly abandon: () => void;
}

export interface EarlierStarts {
  readonly starts: number;
  readonly streamDataCount: number;
}

const RETRY_MS = 250;

export class RunHost implements SandboxHost {
  private readonly traced: TraceBuffer;
  private readonly log: RunLog;
  streamDataCount: number;
  /** Required context keys without a value when the run began. */
  missingContext: readonly string[] = [];
  /** What is kept of it when it is a container: JSON-able. */
  container: object | null = null;
  private events: Promise<void> = Promise.resolve();
  private readonly writes = new Set<Promise<void>>();

  constructor(
    private readonly run: RunFacts,
    private readonly services: RunHostServices,
    /** What went out when it began before, for one that begins again. */
    earlier: EarlierStarts = { starts: 0, streamDataCount: 0 },
  ) {
    this.traced = new TraceBuffer(earlier.starts);
    this.log = new RunLog(services.maxLogBytes);
    this.streamDataCount = earlier.streamDataCount;
  }

  /** What the run has read of what is secret. */
  get secrets(): RunFacts['secrets'] {
    return this.run.secrets;
  }

  call(name: string, argsJson: string, signal: AbortSignal): Promise<string> {
    return this.services.functions.call(this.run, name, argsJson, signal);
  }

  post(name: 'event' | 'stream' | 'log' | 'secret', payload: string): void {
    switch (name) {
      case 'event':
        this.sendEvent(payload);
        return;
      case 'stream':
        this.streamData(payload);
        return;
      case 'log': {
        const line = this.log.line(payload, Date.now());
        if (line !== null) this.append(this.traced.note(line));
        return;
      }
      // The runtime masks what it records itself; what is executed later is ours to seal.
      case 'secret':
        this.secrets.add(payload);
    }
  }

  trace(block: Uint8Array): void {
    this.append(this.traced.add(block));
  }

  private append(segment: TraceSegment | null): void {
    if (segment !== null) this.track(this.services.appendSegment(this.run, segment));
  }

  /** What is left of trace and log at the end of the run. */
  endOfTrace(): ReturnType<TraceBuffer['finish']> {
    this.traced.note(this.log.end());
    return this.traced.finish();
  }

  /** Resolves when everything posted so far has been written or given up. */
  async settled(): Promise<void> {
    await this.events;
    await Promise.all(this.writes);
  }

  /** Events of one run are written one after the other, in the order of the program. */
  private sendEvent(payload: string): void {
    this.events = this.events.then(() => this.publish(payload));
    // It fails the run when that settles; until then nobody else waits for it, and that would end the process.
    this.events.catch(() => undefined);
  }

  private async publish(payload: string): Promise<void> {
    const scan = scanJson(payload);
    if (!scan.ok) return;
    const member = (name: string): string | null => {
      const span = scan.members.get(name);
      return span === undefined ? null : cut(payload, span);
    };
    const text = (name: string): string | null => {
      const value: unknown = JSON.parse(member(name) ?? 'null');
      return typeof value === 'string' ? value : null;
    };
    const { run, services } = this;
    const eventId = text('id') ?? newId();
    const data = services.seals.seal(run, eventId, member('data') ?? 'null', this.secrets);
    for (;;) {
      if (!services.isOurs(run.incarnation)) return;
      try {
        await services.acceptor.accept({
          orgId: run.orgId,
          envId: run.envId,
          retentionClass: run.retentionClass,
          eventId,
          eventType: text('type') ?? '',
          ...data,
          streamId: run.streamId,
          stream: 'known',
          source: 'code',
          byUserId: run.byUserId,
          accessId: run.accessId,
          originRunId: run.runId,
          guard: { dispatchId: run.dispatchId, incarnation: run.incarnation },
        });
        return;
      } catch (error) {
        if (error instanceof NotOurRunError) return services.abandon();
        // Sent is sent: an outage of the database delays it, as long as the run is ours.
        if (!(error instanceof UnavailableError)) throw error;
        await sleep(RETRY_MS);
      }
    }
  }

  private streamData(payload: string): void {
    const scan = scanJson(payload);
    if (!scan.ok) return;
    const typeSpan = scan.members.get('dataType');
    const payloadSpan = scan.members.get('payload');
    const type: unknown = typeSpan === undefined ? '' : JSON.parse(cut(payload, typeSpan));
    const piece = {
      seq: this.streamDataCount,
      id: newId(),
      type: typeof type === 'string' ? type : '',
      payload: payloadSpan === undefined ? 'null' : cut(payload, payloadSpan),
    };
    this.streamDataCount += 1;
    const { run, services } = this;
    services.announcer.data(
      { envId: run.envId, streamId: run.streamId, runId: run.runId, projectId: run.target.projectId },
      piece,
    );
    if (piece.seq >= MAX_STREAM_DATA_ROWS) return;
    this.track(
      services.streamData.write({
        id: piece.id,
        retentionClass: run.retentionClass,
        envId: run.envId,
        streamId: run.streamId,
        runId: run.runId,
        seq: piece.seq,
        dataType: piece.type,
        payload: piece.payload,
        incarnation: run.incarnation,
      }),
    );
  }

  /** Copies for looking at later: losing one costs a gap there, never the run. */
  private track(write: Promise<void>): void {
    const tracked: Promise<void> = write
      .catch(() => undefined)
      .finally(() => {
        this.writes.delete(tracked);
      });
    this.writes.add(tracked);
  }
}
