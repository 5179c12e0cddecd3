/** Containers of Docker, or of Podman with its compatible service. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import {
  ContainerDriver,
  ContainerEngineError,
  type ContainerFile,
  type ContainerImage,
  type ContainerOrder,
  type ContainerState,
  type ContainerUse,
  type KnownContainer,
  type OutputStream,
} from './container-driver';
import { creationOf } from './docker-creation';
import type { EngineClient, EngineOrder } from './engine-client';
import { OutputFrames } from './output-frames';
import { tarOf } from './tar';

const imageAnswer = z.object({
  Id: z.string(),
  RepoDigests: z.array(z.string()).nullish(),
  Config: z.object({ User: z.string().nullish() }).nullish(),
});
const createdAnswer = z.object({ Id: z.string() });
const stateAnswer = z.object({
  State: z.object({
    Running: z.boolean(),
    Status: z.string().nullish(),
    ExitCode: z.int(),
    OOMKilled: z.boolean().nullish(),
    StartedAt: z.string().nullish(),
    FinishedAt: z.string().nullish(),
  }),
});
const sizeAnswer = z.object({ SizeRw: z.number().nullish() });
const statsAnswer = z.object({
  memory_stats: z
    .object({
      usage: z.number().nullish(),
      stats: z.record(z.string(), z.number()).nullish(),
    })
    .nullish(),
});
const listAnswer = z.array(z.object({ Id: z.string(), Labels: z.record(z.string(), z.string()).nullish() }));
const pullLine = z.object({
  status: z.string().nullish(),
  progress: z.string().nullish(),
  id: z.string().nullish(),
  error: z.string().nullish(),
});

const REMOVE_ATTEMPTS = 5;
const REMOVE_AGAIN_MS = 200;

export class DockerDriver extends ContainerDriver {
  readonly backend = 'docker';

  constructor(private readonly engine: EngineClient) {
    super();
  }

  override async findImage(image: string): Promise<ContainerImage | null> {
    const answer = await this.unlessGone({ method: 'GET', path: `/images/${pathOf(image)}/json` });
    if (answer === null) return null;
    const { Id, RepoDigests, Config } = read(imageAnswer, answer);
    return { id: Id, digest: RepoDigests?.[0] ?? null, user: Config?.User ?? '' };
  }

  override async pull(
    image: string,
    signal: AbortSignal,
    onProgress: (status: string) => void,
  ): Promise<void> {
    const response = await this.engine.open({
      method: 'POST',
      path: '/images/create',
      query: imageQuery(image),
      signal,
      withinMs: null,
    });
    let rest = '';
    for await (const piece of response) {
      rest += (piece as Buffer).toString('utf8');
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) progress(line, onProgress);
    }
    // The answer is 200 before anything was fetched: failures come as lines.
    progress(rest, onProgress);
  }

  override async create(order: ContainerOrder): Promise<string> {
    const answer = await this.engine.json({
      method: 'POST',
      path: '/containers/create',
      query: { name: order.name },
      body: creationOf(order),
    });
    return read(createdAnswer, answer).Id;
  }

  override async putFiles(id: string, files: readonly ContainerFile[]): Promise<void> {
    if (files.length === 0) return;
    await this.engine.json({
      method: 'PUT',
      path: `/containers/${id}/archive`,
      query: { path: '/' },
      body: tarOf(files),
    });
  }

  override async attach(
    id: string,
    onOutput: (stream: OutputStream, bytes: Buffer) => void,
  ): Promise<{ readonly closed: Promise<void>; readonly close: () => void }> {
    const socket = await this.engine.upgrade({
      method: 'POST',
      path: `/containers/${id}/attach`,
      query: { stream: 'true', stdout: 'true', stderr: 'true' },
    });
    const frames = new OutputFrames(onOutput);
    socket.on('data', (piece: Buffer) => frames.write(piece));
    const closed = new Promise<void>((resolve) => {
      socket.once('close', resolve);
      socket.once('end', resolve);
      // What was printed until then is there; how it ended the engine tells otherwise.
      socket.once('error', () => resolve());
    });
    return { closed, close: () => socket.destroy() };
  }

  override async start(id: string): Promise<void> {
    await this.engine.json({ method: 'POST', path: `/containers/${id}/start` });
  }

  override async ended(id: string, signal: AbortSignal): Promise<void> {
    await this.unlessGone({
      method: 'POST',
      path: `/containers/${id}/wait`,
      query: { condition: 'not-running' },
      signal,
      withinMs: null,
    });
  }

  override async state(id: string): Promise<ContainerState | null> {
    const answer = await this.unlessGone({ method: 'GET', path: `/containers/${id}/json` });
    if (answer === null) return null;
    const { State: state } = read(stateAnswer, answer);
    return {
      isRunning: state.Running,
      exitCode: state.ExitCode,
      wasOutOfMemory: state.OOMKilled === true,
      startedAtMs: timeOf(state.StartedAt),
      finishedAtMs: state.Running ? null : timeOf(state.FinishedAt),
    };
  }

  override async use(id: string): Promise<ContainerUse> {
    const [size, stats] = await Promise.all([
      this.unlessGone({ method: 'GET', path: `/containers/${id}/json`, query: { size: 'true' } }),
      this.unlessGone({
        method: 'GET',
        path: `/containers/${id}/stats`,
        query: { stream: 'false', 'one-shot': 'true' },
      }),
    ]);
    const memory = stats === null ? null : read(statsAnswer, stats).memory_stats;
    // Pages of files that the kernel may drop at any time are not the program's.
    const cached = memory?.stats?.['inactive_file'] ?? memory?.stats?.['total_inactive_file'] ?? 0;
    const usage = memory?.usage ?? 0;
    return {
      memoryBytes: usage > 0 ? Math.max(0, usage - cached) : null,
      diskBytes: size === null ? null : (read(sizeAnswer, size).SizeRw ?? null),
    };
  }

  override async stop(id: string, graceSeconds: number): Promise<void> {
    await this.unlessGone({
      method: 'POST',
      path: `/containers/${id}/stop`,
      query: { t: String(graceSeconds) },
      withinMs: (graceSeconds + 30) * 1_000,
    });
  }

  override async remove(id: string): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.unlessGone({
          method: 'DELETE',
          path: `/containers/${id}`,
          query: { force: 'true', v: 'true' },
        });
        return;
      } catch (error) {
        // Somebody else removes it at this moment, or it is ending.
        const isBusy = error instanceof ContainerEngineError && error.status === 409;
        if (!isBusy || attempt === REMOVE_ATTEMPTS) throw error;
        await sleep(REMOVE_AGAIN_MS);
      }
    }
  }

  override async list(label: string, value: string): Promise<readonly KnownContainer[]> {
    const answer = await this.engine.json({
      method: 'GET',
      path: '/containers/json',
      query: { all: 'true', filters: JSON.stringify({ label: [`${label}=${value}`] }) },
    });
    return read(listAnswer, answer ?? []).map(({ Id, Labels }) => ({ id: Id, labels: Labels ?? {} }));
  }

  /** Null when what is asked for is not there. */
  private async unlessGone(order: EngineOrder): Promise<unknown> {
    try {
      return (await this.engine.json(order)) ?? {};
    } catch (error) {
      if (error instanceof ContainerEngineError && error.status === 404) return null;
      throw error;
    }
  }
}

function read<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new ContainerEngineError(
    `The container engine answered in an unknown form: ${parsed.error.issues[0]?.message ?? ''}`,
    null,
  );
}

/** Without a tag the engine would fetch all of them. */
function imageQuery(image: string): Readonly<Record<string, string>> {
  if (image.includes('@')) return { fromImage: image };
  const colon = image.indexOf(':', image.lastIndexOf('/') + 1);
  return colon === -1
    ? { fromImage: image, tag: 'latest' }
    : { fromImage: image.slice(0, colon), tag: image.slice(colon + 1) };
}

/** Slashes belong to names of images. */
function pathOf(image: string): string {
  return image.split('/').map(encodeURIComponent).join('/');
}

function progress(line: string, onProgress: (status: string) => void): void {
  if (line.trim() === '') return;
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return;
  }
  const { status, progress: bar, id, error } = read(pullLine, parsed);
  if (error !== null && error !== undefined)
    throw new ContainerEngineError(`The image could not be pulled: ${error.slice(0, 2_000)}`, null);
  if (status) onProgress([id, status, bar].filter((part) => part).join(' '));
}

/** The engine has a time of zero for what has not happened. */
function timeOf(text: string | null | undefined): number | null {
  const ms = text ? Date.parse(text) : Number.NaN;
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}
