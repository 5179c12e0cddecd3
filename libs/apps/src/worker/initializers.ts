/**
 * Functions that run when an app is loaded, before anything else of it. Each is a call in the build that is being loaded,
 * recorded like any other, asked for once per try to load: whichever worker goes on finds the call of the one before.
 */
import { CompileError, DeploymentListeners, type Initialization } from '@app/builds';
import { EventAcceptor } from '@app/dispatch';
import { failurePreview } from '@app/observe';
import { isTerminal, RunReads, type RunView } from '@app/runs';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { BootRepository } from './boot.repository';

type Definition = Initialization['functions'][number];

/** A call that is done by then spares the build a turn with the sweep. It holds up other deployments of this worker. */
const WAIT_MS = 2_000;
const LOOK_MS = 50;

@Injectable()
export class Initializers implements OnModuleInit {
  waitMs = WAIT_MS;

  constructor(
    private readonly listeners: DeploymentListeners,
    private readonly acceptor: EventAcceptor,
    private readonly runs: RunReads,
    private readonly boots: BootRepository,
  ) {}

  onModuleInit(): void {
    this.listeners.onInitialization((load) => this.initialize(load));
  }

  /** One after the other. Throws CompileError that says which failed, and why. */
  private async initialize(load: Initialization): Promise<boolean> {
    const until = performance.now() + this.waitMs;
    for (const definition of load.functions) {
      const eventId = await this.ask(load, definition);
      const run = await this.endOf(load, eventId, until);
      if (run === null) return false;
      if (run.status !== 'succeeded') throw new CompileError(refusal(definition, run));
    }
    return true;
  }

  private async ask(load: Initialization, { fn, takes_load }: Definition): Promise<string> {
    const { orgId, envId, projectId, projectName, buildId, attempt } = load;
    const args = takes_load ? [{ project: projectName, 'build-id': buildId }] : [];
    const key = `hot:initialize ${buildId} ${attempt} ${fn}`;
    const { eventId } = await this.acceptor.accept({
      orgId,
      envId,
      retentionClass: await this.boots.retentionClass(orgId),
      eventType: 'hot:call',
      eventData: JSON.stringify({ fn, args }),
      streamId: null,
      source: 'system',
      byUserId: null,
      accessId: null,
      routing: { buildId, projectId },
      call: { buildId, fn },
      idempotency: { key, requestHash: key },
    });
    return eventId;
  }

  /** Null when it goes on. A run whose worker died is followed by another one. */
  private async endOf(load: Initialization, eventId: string, until: number): Promise<RunView | null> {
    for (;;) {
      const { items } = await this.runs.ofEvent(load, eventId, { limit: 1, offset: 0 });
      const [newest] = items;
      if (newest !== undefined && isTerminal(newest.status)) return newest;
      if (performance.now() >= until) return null;
      await sleep(LOOK_MS);
    }
  }
}

function refusal({ fn, file, line }: Definition, { status, result, runId }: RunView): string {
  const place = file && line ? `${file}:${line}: ` : '';
  const why = status === 'cancelled' ? 'was cancelled' : (failurePreview(result) ?? 'failed');
  return `${place}${fn}, which prepares the app: ${why} (run ${runId})`;
}
