/**
 * A container engine for tests: a real server that speaks as much of Docker's HTTP API as we use, on a Unix socket. Its
 * containers are processes of this machine, with no walls around them: what they print, how they end and how they are
 * stopped is real, what keeps them inside is not. `FAKE_ROOT` in their environment is the folder that stands for `/`.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** As the engine was told to make it. */
export interface ContainerCreation {
  readonly Image: string;
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env: readonly string[];
  readonly User?: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly HostConfig: Readonly<Record<string, unknown>>;
}

interface Container {
  readonly id: string;
  readonly creation: ContainerCreation;
  readonly root: string;
  readonly listeners: Set<Duplex>;
  child: ChildProcess | null;
  startedAt: string;
  finishedAt: string;
  exitCode: number;
  isOutOfMemory: boolean;
  ended: PromiseWithResolvers<void>;
}

const NEVER = '0001-01-01T00:00:00Z';

export class ContainerEngine {
  private readonly folder = mkdtempSync(join(tmpdir(), 'hot-engine-'));
  private readonly containers = new Map<string, Container>();
  private readonly images = new Map<string, { readonly user: string }>();
  private readonly server: Server;
  /** Every container it was ever told to make. */
  readonly creations: ContainerCreation[] = [];
  readonly pulled: string[] = [];
  /** Images that can be pulled. */
  readonly registry = new Set<string>();
  /** How long that takes. */
  pullMs = 0;
  diskBytes = 0;

  private constructor() {
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => {
        if (!response.headersSent) refuse(response, 500, String(error));
      });
    });
    this.server.on('upgrade', (request, socket) => this.attach(request, socket));
  }

  static async start(): Promise<ContainerEngine> {
    const engine = new ContainerEngine();
    await new Promise<void>((resolve) => engine.server.listen(engine.socketPath, resolve));
    return engine;
  }

  get socketPath(): string {
    return join(this.folder, 'engine.sock');
  }

  /** Ids of all that are there, also of those that have ended. */
  get ids(): readonly string[] {
    return [...this.containers.keys()];
  }

  addImage(name: string, user = ''): void {
    this.images.set(name, { user });
  }

  async close(): Promise<void> {
    for (const container of this.containers.values()) {
      kill(container, 'SIGKILL');
      for (const socket of container.listeners) socket.destroy();
    }
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://engine');
    const path = url.pathname.replace(/^\/v[\d.]+/, '');
    const query = url.searchParams;
    const image = /^\/images\/(.+)\/json$/.exec(path)?.[1];
    if (image !== undefined) return this.showImage(decodeURIComponent(image), response);
    if (path === '/images/create') return this.pull(query, request, response);
    if (path === '/containers/create') return this.create(await bodyOf(request), response);
    if (path === '/containers/json') return this.list(query, response);
    const [, id = '', action = ''] = /^\/containers\/([0-9a-f]+)(?:\/(\w+))?$/.exec(path) ?? [];
    const container = this.containers.get(id);
    if (container === undefined) return refuse(response, 404, `No such container: ${id}`);
    switch (action) {
      case 'archive':
        spawnSync('tar', ['-xf', '-', '-C', container.root], { input: await bodyOf(request) });
        return send(response, 200, null);
      case 'start':
        return this.run(container, response);
      case 'wait':
        await Promise.race([container.ended.promise, closed(request)]);
        return send(response, 200, { StatusCode: container.exitCode });
      case 'json':
        return this.show(container, query.has('size'), response);
      case 'stats':
        return send(response, 200, {
          memory_stats: { usage: 3_000_000, stats: { inactive_file: 1_000_000 } },
        });
      case 'stop':
        return this.stop(container, Number(query.get('t')), response);
      case '':
        return this.remove(container, response);
      default:
        return refuse(response, 501, `unknown: ${request.method ?? ''} ${path}`);
    }
  }

  private showImage(name: string, response: ServerResponse): void {
    const image = this.images.get(name);
    if (image === undefined) return refuse(response, 404, `No such image: ${name}`);
    send(response, 200, { Id: `sha256:${name}`, RepoDigests: [], Config: { User: image.user } });
  }

  private async pull(
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const tag = query.get('tag');
    const name = `${query.get('fromImage') ?? ''}${tag === null ? '' : `:${tag}`}`;
    this.pulled.push(name);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"status":"Pulling from library/test","id":"1"}\n{"status":"Down');
    await Promise.race([sleep(this.pullMs, undefined, { ref: false }), closed(request)]);
    response.write('loading","id":"a1"}\n');
    if (this.registry.has(name)) {
      this.addImage(name.replace(/:latest$/, ''));
      this.addImage(name);
      response.end('{"status":"Pull complete","id":"a1"}\n');
    } else response.end(`{"error":"manifest for ${name} not found"}\n`);
  }

  private create(body: Buffer, response: ServerResponse): void {
    const creation = JSON.parse(body.toString('utf8')) as ContainerCreation;
    if (!this.images.has(creation.Image)) return refuse(response, 404, `No such image: ${creation.Image}`);
    const id = randomBytes(32).toString('hex');
    this.creations.push(creation);
    this.containers.set(id, {
      id,
      creation,
      root: mkdtempSync(join(this.folder, 'root-')),
      listeners: new Set(),
      child: null,
      startedAt: NEVER,
      finishedAt: NEVER,
      exitCode: 0,
      isOutOfMemory: false,
      ended: Promise.withResolvers(),
    });
    send(response, 201, { Id: id, Warnings: [] });
  }

  private list(query: URLSearchParams, response: ServerResponse): void {
    const { label = [] } = JSON.parse(query.get('filters') ?? '{}') as { readonly label?: readonly string[] };
    const found = [...this.containers.values()].filter(({ creation: { Labels } }) =>
      label.every((each) => Labels[each.slice(0, each.indexOf('='))] === each.slice(each.indexOf('=') + 1)),
    );
    send(
      response,
      200,
      found.map(({ id, creation }) => ({ Id: id, Labels: creation.Labels })),
    );
  }

  private run(container: Container, response: ServerResponse): void {
    const { creation, root } = container;
    const [command, ...args] = [...(creation.Entrypoint ?? []), ...(creation.Cmd ?? [])];
    const given = Object.fromEntries(
      creation.Env.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    );
    const child = spawn(command ?? 'true', args, {
      cwd: root,
      detached: true,
      env: { PATH: process.env['PATH'], FAKE_ROOT: root, ...given },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    container.child = child;
    container.startedAt = new Date().toISOString();
    child.stdout.on('data', (piece: Buffer) => tell(container, 1, piece));
    child.stderr.on('data', (piece: Buffer) => tell(container, 2, piece));
    if ('FAKE_OUT_OF_MEMORY' in given) {
      container.isOutOfMemory = true;
      setTimeout(() => kill(container, 'SIGKILL'), 100);
    }
    child.once('error', (error) => refuse(response, 400, error.message));
    child.once('spawn', () => send(response, 204, null));
    child.once('close', (code, signal) => {
      container.exitCode = code ?? (signal === 'SIGTERM' ? 143 : 137);
      container.finishedAt = new Date().toISOString();
      for (const socket of container.listeners) socket.end();
      container.ended.resolve();
    });
  }

  private show(container: Container, withSize: boolean, response: ServerResponse): void {
    const { startedAt, finishedAt, exitCode, isOutOfMemory } = container;
    const Running = startedAt !== NEVER && finishedAt === NEVER;
    send(response, 200, {
      Id: container.id,
      State: {
        Running,
        Status: Running ? 'running' : 'exited',
        ExitCode: exitCode,
        OOMKilled: isOutOfMemory,
        StartedAt: startedAt,
        FinishedAt: finishedAt,
      },
      ...(withSize ? { SizeRw: this.diskBytes } : {}),
    });
  }

  private async stop(container: Container, graceSeconds: number, response: ServerResponse): Promise<void> {
    if (container.child === null || container.finishedAt !== NEVER) return send(response, 304, null);
    kill(container, 'SIGTERM');
    const over = await Promise.race([
      container.ended.promise.then(() => true),
      sleep(graceSeconds * 1_000, undefined, { ref: false }),
    ]);
    if (over !== true) kill(container, 'SIGKILL');
    await container.ended.promise;
    send(response, 204, null);
  }

  private async remove(container: Container, response: ServerResponse): Promise<void> {
    if (container.child !== null) {
      kill(container, 'SIGKILL');
      await container.ended.promise;
    }
    this.containers.delete(container.id);
    rmSync(container.root, { recursive: true, force: true });
    send(response, 204, null);
  }

  private attach(request: IncomingMessage, socket: Duplex): void {
    const id = /\/containers\/([0-9a-f]+)\/attach/.exec(request.url ?? '')?.[1] ?? '';
    const container = this.containers.get(id);
    socket.on('error', () => undefined);
    if (container === undefined) {
      const body = JSON.stringify({ message: `No such container: ${id}` });
      socket.end(`HTTP/1.1 404 Not Found\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      return;
    }
    container.listeners.add(socket);
    socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
  }
}

function tell({ listeners }: Container, stream: 1 | 2, piece: Buffer): void {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(piece.length, 4);
  for (const socket of listeners) socket.write(Buffer.concat([header, piece]));
}

function kill({ child, finishedAt }: Container, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child?.pid === undefined || finishedAt !== NEVER) return;
  try {
    // The whole group: a container's processes end with its first one.
    process.kill(-child.pid, signal);
  } catch {
    // It has just ended.
  }
}

function closed(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    request.once('close', () => {
      // Also emitted when the body has been read.
      if (request.destroyed && request.socket.destroyed) resolve();
    });
    request.socket.once('close', () => resolve());
  });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body === null ? undefined : JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, message: string): void {
  send(response, status, { message });
}
