/** Tasks that are containers: what programs are told of them, what a plan allows, and running them. */
import { BuildResources } from '@app/builds';
import type { ClaimedRow } from '@app/dispatch';
import { newId, type EnvScope } from '@app/kernel';
import {
  ContainerDriver,
  containersConfig,
  type ContainerFile,
  type ContainersConfig,
} from '@app/platform/containers';
import { counter, gauge } from '@app/platform/metrics';
import type { SandboxHandle, SandboxOutcome } from '@app/platform/sandbox';
import type { Admission, ContainerStart, TaskContainers, TaskUser } from '@app/runs';
import { Inject, Injectable, Optional, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { TaskQuotas } from '../task-quotas';
import { TaskRefusedError } from '../task.errors';
import { tasksWorkerConfig, type TasksWorkerConfig } from '../tasks-worker.config';
import { readBox, type Box } from './box';
import { ContainerLeftovers, LABELS } from './container-leftovers';
import { failureJson } from './container-result';
import { ContainerRoom } from './container-room';
import { AROUND_MS, ContainerRun } from './container-run';
import { DENIED_IMAGES, DENIED_PREFIXES } from './images';
import { ContainerOutput } from './output';
import { shapeOf } from './shape';
import { shownBox } from './shown-box';

/** As it is written into the task's rows. */
export interface ContainerOrdered {
  readonly image: string;
  readonly size: string;
  /** JSON text: what people see. */
  readonly shown: string;
  /** For everything. */
  readonly timeoutMs: number;
}

/** While there is output, people who look at it see it this late. */
const SHOW_MS = 1_000;
const DRAIN_MS = 15_000;
const ended = counter('hot_containers_ended_total', 'Containers that ended, by how', ['outcome']);
const OFF = 'containers are not enabled on this platform (HOT_CONTAINERS)';

@Injectable()
export class ContainerTasks implements TaskContainers, OnModuleInit, OnApplicationShutdown {
  private readonly room: ContainerRoom;
  private readonly going = new Set<Promise<unknown>>();

  constructor(
    @Inject(containersConfig.token) private readonly config: ContainersConfig,
    @Inject(ContainerDriver) private readonly driver: ContainerDriver | null,
    @Inject(tasksWorkerConfig.token) private readonly worker: TasksWorkerConfig,
    private readonly quotas: TaskQuotas,
    private readonly leftovers: ContainerLeftovers,
    @Optional() @Inject(BuildResources) private readonly resources: BuildResources | null,
  ) {
    this.room = new ContainerRoom(worker.containerMemoryMb);
  }

  onModuleInit(): void {
    gauge(
      'hot_containers',
      'Containers that this worker has going or waiting for room',
      () => this.going.size,
    );
  }

  /** JSON text. */
  policy(): string {
    return JSON.stringify({
      enabled: this.driver !== null,
      policy: this.config.images.includes('*') ? 'open' : 'restricted',
      denied: DENIED_IMAGES,
      deniedPrefixes: DENIED_PREFIXES,
    });
  }

  /** JSON text. */
  async limits(scope: EnvScope): Promise<string> {
    const caps = await this.quotas.caps(scope, this.config.network !== undefined);
    return JSON.stringify({
      'memory-mb': caps.memoryMb,
      'cpu-pct': caps.cpuPct,
      'tmp-mb': caps.tmpMb,
      'disk-mb': caps.diskMb,
      'timeout-secs': caps.timeoutSecs,
      network: caps.network,
    });
  }

  /** Checks what a program asks for. Throws TaskRefusedError. */
  async order(run: TaskUser, conf: unknown): Promise<ContainerOrdered> {
    if (this.driver === null) throw new TaskRefusedError('invalid', OFF);
    const box = readBox(conf, this.config.images);
    const shape = shapeOf(box, await this.quotas.caps(run, this.config.network !== undefined));
    const problem = await this.quotas.containerProblem(run);
    if (problem !== null) throw new TaskRefusedError('quota', problem);
    await this.checkMounts(run, run.target.buildId, box);
    return {
      image: box.image,
      size: shape.size,
      shown: shownBox(box, shape, run.secrets),
      timeoutMs: shape.timeoutSecs * 1_000 + AROUND_MS,
    };
  }

  /** Whether a claimed row can begin here and now. */
  async admit(row: ClaimedRow): Promise<Admission> {
    if (this.driver === null) return { problem: OFF };
    const problem = await this.quotas.containerProblem({ orgId: row.org_id });
    if (problem !== null) return { problem };
    return this.room.isFree ? 'now' : 'later';
  }

  start(run: TaskUser, start: ContainerStart): SandboxHandle {
    let stopped: 'cancelled' | 'shutdown' | null = null;
    let container: ContainerRun | null = null;
    const began = async (): Promise<SandboxOutcome> => {
      const made = await this.make(run, start);
      if ('status' in made) return made;
      container = made.run;
      if (stopped !== null) container.stop(stopped);
      try {
        return await container.outcome();
      } finally {
        made.end();
        start.tell(container.told);
      }
    };
    const outcome = began().catch((error: unknown) => refused(error));
    const going = outcome.then(({ status }) => {
      this.going.delete(going);
      ended.add({ outcome: status });
    });
    this.going.add(going);
    return {
      outcome,
      stop: (reason) => {
        stopped ??= reason;
        container?.stop(reason);
      },
    };
  }

  /** The engine's containers are not ours to end with: those that were told to stop are waited for. */
  async onApplicationShutdown(): Promise<void> {
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, DRAIN_MS).unref());
    await Promise.race([Promise.allSettled(this.going), timeout]);
  }

  private async make(
    run: TaskUser,
    { argsJson, secrets, host }: ContainerStart,
  ): Promise<SandboxOutcome | { readonly run: ContainerRun; readonly end: () => void }> {
    const { driver, config } = this;
    if (driver === null) return refused(new TaskRefusedError('invalid', OFF));
    // A list of one: the arguments of a task.
    const [conf] = JSON.parse(argsJson) as readonly unknown[];
    const box = readBox(conf, config.images);
    const shape = shapeOf(box, await this.quotas.caps(run, config.network !== undefined));
    let isNew = false;
    const print = (stream: 'out' | 'err', text: string): void => {
      isNew = true;
      host.post('log', JSON.stringify({ stream, text }));
    };
    const show = setInterval(() => {
      if (!isNew) return;
      isNew = false;
      // Twice: the first takes up what was printed, the second makes a segment of it.
      host.trace?.(new Uint8Array());
      host.trace?.(new Uint8Array());
    }, SHOW_MS).unref();
    const texts = secrets.map((json) => String(JSON.parse(json)));
    const output = new ContainerOutput(texts, this.worker.containerOutputBytes, (stream, text) =>
      print(stream === 'stdout' ? 'out' : 'err', text),
    );
    const installation = await this.leftovers.installation();
    const container = new ContainerRun(driver, this.room, {
      name: `hot-${run.runId}-${newId().slice(-12)}`,
      labels: {
        [LABELS.installation]: installation,
        [LABELS.run]: run.runId,
        [LABELS.incarnation]: run.incarnation,
        [LABELS.task]: run.dispatchId,
      },
      box,
      shape,
      output,
      network: config.network ?? null,
      pull: config.pull,
      files: () => this.files(run, run.target.buildId, box),
      say: (text) => print('err', text),
    });
    return { run: container, end: () => clearInterval(show) };
  }

  private async checkMounts(scope: EnvScope, buildId: string, { mounts }: Box): Promise<void> {
    if (mounts.length === 0) return;
    const known = (await this.resources?.list(scope, buildId)) ?? [];
    for (const { resource } of mounts) {
      if (!known.some(({ path }) => path === resource || path.startsWith(`${resource}/`)))
        throw new TaskRefusedError('invalid', `resource not found: '${resource}'`);
    }
  }

  private async files(scope: EnvScope, buildId: string, { mounts }: Box): Promise<readonly ContainerFile[]> {
    const { resources } = this;
    if (mounts.length === 0 || resources === null) return [];
    const known = (await resources.list(scope, buildId)) ?? [];
    const files: ContainerFile[] = [];
    for (const { resource, dest, isReadonly } of mounts) {
      for (const { path } of known) {
        if (path !== resource && !path.startsWith(`${resource}/`)) continue;
        const bytes = await resources.read(scope, buildId, path);
        if (bytes === null) throw new Error(`The resource ${path} is gone`);
        files.push({ path: dest + path.slice(resource.length), bytes, mode: isReadonly ? 0o444 : 0o644 });
      }
    }
    return files;
  }
}

/** What can't begin: for a reason of the order, or of ours. */
function refused(error: unknown): SandboxOutcome {
  const message = error instanceof Error ? error.message : String(error);
  return {
    status: 'failed',
    failureKind: 'failure',
    retryable: false,
    resultJson: failureJson(message, 'null'),
    callCount: 0,
    traceBytes: 0,
    droppedCalls: 0,
    startedAtMs: 0,
  };
}
