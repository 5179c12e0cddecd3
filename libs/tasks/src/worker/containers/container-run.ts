/**
 * One container from its image to its removal. Whatever happens, it is removed before anybody learns how it ended; what a
 * killed worker leaves behind is found by its labels (`container-leftovers.ts`).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  ContainerDriver,
  ContainerFile,
  ContainerImage,
  ContainerState,
} from '@app/platform/containers';
import type { SandboxOutcome } from '@app/platform/sandbox';
import { computeUnits } from '../../compute-units';
import type { Box } from './box';
import { cancellationJson, containerResult, failureJson, type ContainerFacts } from './container-result';
import type { ContainerRoom } from './container-room';
import type { ContainerOutput } from './output';
import type { ContainerShape } from './shape';

export interface ContainerJob {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly box: Box;
  readonly shape: ContainerShape;
  readonly output: ContainerOutput;
  readonly network: string | null;
  readonly pull: 'missing' | 'always' | 'never';
  readonly files: () => Promise<readonly ContainerFile[]>;
  /** For people, while it goes on. */
  readonly say: (text: string) => void;
}

/** After the time limit of its command, for everything before and after that. */
export const AROUND_MS = 30_000;
/** Between being asked to end and being made to. */
const GRACE_SECONDS = 3;
/** Until we believe that the engine has forgotten it. */
const END_MS = 40_000;
const LOOK_MS = 5_000;
const LAST_OUTPUT_MS = 2_000;
const MAX_PROCESSES = 256;
/** What package managers need; nothing of the network and no devices. */
const WRITABLE_CAPABILITIES = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'SETGID', 'SETUID', 'SYS_CHROOT'];
const NOBODY = '65534:65534';
/** As a shell says of a command that was ended by SIGKILL. */
const KILLED = 137;
const MIB = 1024 * 1024;

export type StopReason = 'cancelled' | 'shutdown' | 'timeout' | 'disk';

export class ContainerRun {
  private readonly over = new AbortController();
  /** The engine does not say that it ended. */
  private readonly hung = new AbortController();
  private readonly facts: ContainerFacts;
  private reason: StopReason | null = null;
  private containerId: string | null = null;
  private beganAtMs: number | null = null;

  constructor(
    private readonly driver: ContainerDriver,
    private readonly room: ContainerRoom,
    private readonly job: ContainerJob,
  ) {
    const { shape, box } = job;
    this.facts = {
      image: box.image,
      size: shape.size,
      multiplier: shape.multiplier,
      backend: driver.backend,
      capped: shape.capped,
      timing: {},
    };
  }

  /** What is kept of it. */
  get told(): ContainerFacts {
    return this.facts;
  }

  stop(reason: StopReason): void {
    if (this.reason !== null) return;
    this.reason = reason;
    this.over.abort();
    if (this.containerId !== null) this.end(this.containerId, reason);
  }

  /** Never rejects. */
  async outcome(): Promise<SandboxOutcome> {
    const { memoryMb } = this.job.shape;
    try {
      await this.phase('capacity_wait_ms', () => this.room.take(memoryMb, this.over.signal));
    } catch {
      return this.ended(null);
    }
    const limit = setTimeout(() => this.stop('timeout'), this.job.shape.timeoutSecs * 1_000 + AROUND_MS);
    try {
      return await this.run();
    } catch (error) {
      if (this.reason !== null) return this.ended(null);
      const message = error instanceof Error ? error.message : String(error);
      // The command may have gone on for a while; nobody knows how it ended, and it is not charged.
      if (this.beganAtMs !== null) return { status: 'lost', suspect: true, reason: message };
      return this.outcomeOf('failure', message, null);
    } finally {
      clearTimeout(limit);
      this.room.release(memoryMb);
    }
  }

  private async run(): Promise<SandboxOutcome> {
    const { box, shape, output } = this.job;
    const image = await this.phase('image_pull_ms', () => this.image());
    this.facts.digest = image.digest ?? image.id;
    const bootedAtMs = performance.now();
    let attached: Awaited<ReturnType<ContainerDriver['attach']>> | null = null;
    try {
      const id = await this.create(image);
      this.facts.container_id = id;
      await this.driver.putFiles(id, [...(box.isWritable ? [DATA_FOLDER] : []), ...(await this.job.files())]);
      attached = await this.driver.attach(id, (stream, bytes) => output.write(stream, bytes));
      if (this.reason !== null) return this.ended(null);
      this.beganAtMs = Date.now();
      await this.driver.start(id);
      this.facts.timing.boot_ms = since(bootedAtMs);
      this.containerId = id;
      // Whoever stopped it in between had nothing to stop.
      if (this.reason !== null) this.end(id, this.reason);
      const state = await this.wait(id, shape.timeoutSecs * 1_000);
      await this.phase('logs_collect_ms', () =>
        Promise.race([attached?.closed, sleep(LAST_OUTPUT_MS, undefined, { ref: false })]),
      );
      output.end();
      return this.ended(state);
    } finally {
      attached?.close();
      const id = this.facts.container_id;
      // What can't be removed now is left over, and found.
      if (id !== undefined)
        await this.phase('cleanup_ms', () => this.driver.remove(id)).catch(() => undefined);
    }
  }

  /** It is ended by its removal where this fails. */
  private end(id: string, reason: StopReason): void {
    void this.driver.stop(id, reason === 'shutdown' ? 0 : GRACE_SECONDS).catch(() => undefined);
    setTimeout(() => this.hung.abort(), END_MS).unref();
  }

  private async image(): Promise<ContainerImage> {
    const { box, pull, say } = this.job;
    const known = await this.driver.findImage(box.image);
    if (known !== null && pull !== 'always') return known;
    if (pull === 'never')
      throw new Error(`The image ${box.image} is not there, and images are not fetched here`);
    say(`Fetching ${box.image}\n`);
    await this.driver.pull(box.image, this.over.signal, () => undefined);
    const fetched = await this.driver.findImage(box.image);
    if (fetched === null) throw new Error(`The image ${box.image} is not there after it was fetched`);
    return fetched;
  }

  private create(image: ContainerImage): Promise<string> {
    const { name, labels, box, shape, network } = this.job;
    const isRoot = /^(?:|0|root)(?::|$)/.test(image.user);
    return this.driver.create({
      name,
      labels,
      image: box.image,
      entrypoint: box.script !== null && box.entrypoint === null ? ['sh'] : box.entrypoint,
      command: box.script === null ? box.command : ['-c', AS_FILE, 'sh', box.script],
      env: box.env,
      user: !box.isWritable && isRoot ? NOBODY : null,
      memoryBytes: shape.memoryMb * MIB,
      cpuPct: shape.cpuPct,
      maxProcesses: MAX_PROCESSES,
      tmpBytes: shape.tmpMb * MIB,
      isWritable: box.isWritable,
      capabilities: box.isWritable ? WRITABLE_CAPABILITIES : [],
      network: shape.hasNetwork ? network : null,
    });
  }

  /** Until it does not run any more. */
  private async wait(id: string, timeoutMs: number): Promise<ContainerState> {
    const limit = setTimeout(() => this.stop('timeout'), timeoutMs);
    const looks = setInterval(() => void this.look(id).catch(() => undefined), LOOK_MS);
    try {
      await this.driver.ended(id, this.hung.signal);
      const state = await this.driver.state(id);
      if (state === null) throw new Error('The container is gone');
      if (state.isRunning) throw new Error('The container engine says that it ended, and that it runs');
      return state;
    } finally {
      clearTimeout(limit);
      clearInterval(looks);
    }
  }

  /** What it uses. Its memory the engine keeps within its limit, its disk nobody does but we. */
  private async look(id: string): Promise<void> {
    const { memoryBytes, diskBytes } = await this.driver.use(id);
    if (memoryBytes !== null)
      this.facts.memory_peak_bytes = Math.max(memoryBytes, this.facts.memory_peak_bytes ?? 0);
    if (diskBytes !== null) {
      this.facts.disk_peak_bytes = Math.max(diskBytes, this.facts.disk_peak_bytes ?? 0);
      if (diskBytes > this.job.shape.diskMb * MIB) this.stop('disk');
    }
  }

  /** @param state null: its command never began */
  private ended(state: ContainerState | null): SandboxOutcome {
    const { facts, reason } = this;
    const { shape, box } = this.job;
    if (state !== null) {
      const { startedAtMs, finishedAtMs } = state;
      const executionMs =
        startedAtMs === null || finishedAtMs === null
          ? 0
          : Math.max(0, Math.round(finishedAtMs - startedAtMs));
      facts.timing.execution_ms = executionMs;
      facts.exit_code = state.exitCode;
      facts.compute_units = computeUnits(executionMs, shape.multiplier);
      if (state.wasOutOfMemory) facts.out_of_memory = true;
    }
    if (reason === 'cancelled' || reason === 'shutdown')
      return { status: 'cancelled', resultJson: cancellationJson('Cancelled'), ...this.nothingCalled() };
    if (reason === 'timeout') {
      const phase = state === null ? ` before its command began (${box.image})` : '';
      return this.outcomeOf(
        'timeout',
        `The container ran out of time: ${shape.timeoutSecs} s${phase}`,
        state,
      );
    }
    if (reason === 'disk')
      return this.outcomeOf(
        'resource-limit',
        `The container wrote more than ${shape.diskMb} MB to its disk`,
        state,
      );
    if (state === null) return this.outcomeOf('failure', 'The container did not begin', null);
    if (state.wasOutOfMemory)
      return this.outcomeOf('resource-limit', `The container ran out of memory: ${shape.memoryMb} MB`, state);
    // Podman with cgroups of the first version does not tell why. It was not we.
    if (state.exitCode === KILLED)
      return this.outcomeOf(
        'resource-limit',
        `The command was killed (exit code ${KILLED}), most likely for it ran out of memory: ${shape.memoryMb} MB`,
        state,
      );
    if (state.exitCode !== 0)
      return this.outcomeOf('failure', `The command ended with exit code ${state.exitCode}`, state);
    return { status: 'succeeded', resultJson: this.result(), ...this.nothingCalled() };
  }

  private outcomeOf(
    failureKind: 'failure' | 'timeout' | 'resource-limit',
    message: string,
    state: ContainerState | null,
  ): SandboxOutcome {
    return {
      status: 'failed',
      failureKind,
      retryable: false,
      resultJson: failureJson(
        message,
        state === null && this.facts.container_id === undefined ? 'null' : this.result(),
      ),
      ...this.nothingCalled(),
    };
  }

  private result(): string {
    return containerResult(this.facts, this.job.output);
  }

  private nothingCalled() {
    return { callCount: 0, traceBytes: 0, droppedCalls: 0, startedAtMs: this.beganAtMs ?? 0 };
  }

  private async phase<T>(name: keyof ContainerFacts['timing'], work: () => Promise<T>): Promise<T> {
    const from = performance.now();
    try {
      return await work();
    } finally {
      this.facts.timing[name] = since(from);
    }
  }
}

/** Stops at the first line that fails, and shows each. */
const AS_FILE = 'printf %s "$1" > /tmp/hot-script.sh && exec sh -ex /tmp/hot-script.sh';
const DATA_FOLDER: ContainerFile = { path: '/data/', bytes: Buffer.alloc(0), mode: 0o1777 };

function since(from: number): number {
  return Math.round(performance.now() - from);
}
