/** Calls of functions that somebody waits for. */
import { EventAcceptor, type EventSource } from '@app/dispatch';
import { newId, type EnvScope, type RetentionClass } from '@app/kernel';
import {
  EventSeals,
  isTerminal,
  RunReads,
  type CallerRequest,
  type HiddenLeaf,
  type RunView,
} from '@app/runs';
import { StreamHub, type Happening } from '@app/streams';
import { Injectable } from '@nestjs/common';

export interface SyncCall extends EnvScope {
  readonly retentionClass: RetentionClass;
  readonly source: Extract<EventSource, 'webhook' | 'mcp'>;
  /** The function, in exactly this build. */
  readonly target: { readonly fn: string; readonly buildId: string; readonly projectId: string };
  /** JSON text of the list of arguments, as it may be shown. */
  readonly args: string;
  /** What was taken out of the arguments: places are counted from their beginning. */
  readonly hidden: { readonly leaves: readonly HiddenLeaf[]; readonly secrets: readonly string[] };
  readonly request: CallerRequest;
  readonly byUserId: string | null;
  readonly accessId: string | null;
  readonly timeoutMs: number;
  /** Told when the call is stored: whatever happens now, it will run. */
  readonly onAccepted?: () => void;
  /** Told when the first run begins. */
  readonly onStart?: (runId: string) => void;
  /** Told of every piece of stream data; the payload is JSON text. */
  readonly onData?: (piece: { readonly type: string; readonly payload: string }) => void;
}

export type SyncOutcome =
  | { readonly kind: 'ended'; readonly run: RunView }
  /** The run goes on. */
  | { readonly kind: 'timeout' };

@Injectable()
export class SyncCalls {
  constructor(
    private readonly hub: StreamHub,
    private readonly acceptor: EventAcceptor,
    private readonly seals: EventSeals,
    private readonly runs: RunReads,
  ) {}

  /**
   * Stores the call and waits for what becomes of it. That nobody waits any more does not stop it. Throws
   * UnavailableError while the database is away.
   */
  async call(call: SyncCall): Promise<SyncOutcome> {
    const eventId = newId();
    const streamId = newId();
    let settle: (outcome: SyncOutcome) => void = () => undefined;
    const outcome = new Promise<SyncOutcome>((resolve) => (settle = resolve));
    let began = false;
    // Before anything is stored: what happens at once is heard.
    const watch = await this.hub.watch(call, streamId, (happening: Happening) => {
      if (happening.kind === 'data') return call.onData?.(happening.piece);
      if (happening.kind === 'start') {
        if (happening.eventId !== eventId || began) return;
        began = true;
        return call.onStart?.(happening.runId);
      }
      if (happening.kind !== 'status') return;
      const { run } = happening;
      if (run.eventId !== eventId || !isTerminal(run.status)) return;
      if (run.status !== 'failed') return settle({ kind: 'ended', run });
      void this.isLast(call, eventId, run).then((last) => {
        if (last) settle({ kind: 'ended', run });
      });
    });
    const timer = setTimeout(() => settle({ kind: 'timeout' }), call.timeoutMs);
    try {
      await this.accept(call, eventId, streamId);
      call.onAccepted?.();
      return await outcome;
    } finally {
      clearTimeout(timer);
      watch.leave();
    }
  }

  /** A run whose worker died is told as failed once another one has taken its place. */
  private async isLast(scope: EnvScope, eventId: string, run: RunView): Promise<boolean> {
    try {
      const { items } = await this.runs.ofEvent(scope, eventId, { limit: 1, offset: 0 });
      return (items[0]?.runId ?? run.runId) === run.runId;
    } catch {
      // The database can't say; what was told stands.
      return true;
    }
  }

  private async accept(call: SyncCall, eventId: string, streamId: string): Promise<void> {
    const { fn, buildId, projectId } = call.target;
    const before = `{"fn":${JSON.stringify(fn)},"args":`;
    const { leaves, secrets } = call.hidden;
    const moved = leaves.map(([at, ...rest]): HiddenLeaf => [at + before.length, ...rest]);
    await this.acceptor.accept({
      orgId: call.orgId,
      envId: call.envId,
      retentionClass: call.retentionClass,
      eventType: 'hot:call',
      eventData: `${before}${call.args}}`,
      eventId,
      streamId,
      stream: 'fresh',
      source: call.source,
      byUserId: call.byUserId,
      accessId: call.accessId,
      routing: { buildId, projectId },
      call: { buildId, fn },
      sealed: this.seals.sealContents(call, eventId, { leaves: moved, secrets, request: call.request }),
    });
  }
}
