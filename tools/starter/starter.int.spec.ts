import { createServer, type Server } from 'node:net';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@app/testing';
import { playground, type Playground } from './harness';

jest.setTimeout(90_000);

const RUNNING = 'Hot Platform is running';

const get = async (port: number): Promise<string> => (await fetch(`http://127.0.0.1:${port}/`)).text();

describe('npm start', () => {
  let place: Playground;

  beforeEach(async () => {
    place = await playground();
  });

  afterEach(() => place.remove());

  const firstNumber = (...path: readonly string[]): number =>
    Number.parseInt(readFileSync(join(place.dir, 'data', ...path), 'utf8'), 10);
  const innerPid = (): number => firstNumber('start.lock');
  const databasePid = (): number => firstNumber('postgres', 'postmaster.pid');
  const redisPid = (): number => firstNumber('redis', 'wasm', 'server.pid');

  const nobodyIsLeft = async (): Promise<void> => {
    await eventually(() => expect(place.processes()).toEqual([]), { timeoutMs: 15_000 });
  };

  it('prints both addresses, the sign-in and the key, and serves', async () => {
    const starter = place.start();
    await starter.printed(RUNNING);
    await starter.printed('Ctrl-C');
    for (const text of [
      `localhost:${place.apiPort}/v1`,
      `localhost:${place.appPort}`,
      'one click',
      'hot_test_key',
    ]) {
      expect(starter.output()).toContain(text);
    }
    await expect(get(place.apiPort)).resolves.toBe('api');
    await expect(get(place.appPort)).resolves.toBe('admin-api');
  });

  it('stops in order at Ctrl-C, leaves no process, and starts again on the same data', async () => {
    const first = place.start();
    await first.printed(RUNNING);
    first.signal('SIGINT');
    expect(await first.exited).toBe(130);
    await nobodyIsLeft();
    const key = readFileSync(join(place.dir, 'data', 'secret-key'), 'utf8');

    const second = place.start();
    await second.printed(RUNNING);
    expect(readFileSync(join(place.dir, 'data', 'secret-key'), 'utf8')).toBe(key);
    expect(second.output()).toContain('examples/orders, up to date');
  });

  it('keeps secrets from other users of the machine', async () => {
    const starter = place.start();
    await starter.printed(RUNNING);
    for (const file of ['secret-key', 'postgres.password', 'logs/api.log']) {
      expect(statSync(join(place.dir, 'data', file)).mode & 0o077).toBe(0);
    }
  });

  it.each(['entrance', 'starter'])('leaves nothing running when only the %s is killed', async (which) => {
    const starter = place.start();
    await starter.printed(RUNNING);
    process.kill(which === 'entrance' ? starter.pid : innerPid(), 'SIGKILL');
    await starter.exited;
    await nobodyIsLeft();
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'leaves nothing running when npm gets %s',
    async (name) => {
      const starter = place.start({}, 'npm');
      await starter.printed(RUNNING);
      starter.signal(name);
      await starter.exited;
      await nobodyIsLeft();
    },
  );

  it('recovers when the whole tree was killed', async () => {
    const first = place.start();
    await first.printed(RUNNING);
    first.signal('SIGKILL');
    for (const pid of place.processes()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // its parent's death took it along
      }
    }
    await first.exited;

    const second = place.start();
    await second.printed(RUNNING);
    await expect(get(place.apiPort)).resolves.toBe('api');
  });

  it('takes over the database of a killed starter, whose watch then lets it live', async () => {
    const first = place.start();
    await first.printed(RUNNING);
    const database = databasePid();
    process.kill(innerPid(), 'SIGKILL');

    const second = place.start();
    await second.printed(RUNNING);
    expect(second.output()).toContain('was still running');
    await new Promise((resolve) => setTimeout(resolve, 4000)); // the first one's watch acts after 3 s
    expect(databasePid()).toBe(database);
    await expect(get(place.apiPort)).resolves.toBe('api');
  });

  it('ends an application that the killed starter left hanging before it uses its port', async () => {
    const first = place.start({ FAKE_DEAF: 'api' });
    await first.printed(RUNNING);
    process.kill(innerPid(), 'SIGKILL');

    const second = place.start();
    await second.printed(RUNNING);
    await expect(get(place.apiPort)).resolves.toBe('api');
    expect(
      place.processes().filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('apps/api/')),
    ).toHaveLength(1);
  });

  it.each(['api', 'admin-api', 'worker'])(
    'ends cleanly with the log when the %s crashes later',
    async (role) => {
      const starter = place.start({ FAKE_CRASH: `${role} later` });
      expect(await starter.exited).toBe(1);
      expect(starter.output()).toContain(`The ${role} ended with exit code 7`);
      expect(starter.output()).toContain(`logs/${role}.log`);
      await nobodyIsLeft();
    },
  );

  it('shows why an application could not start', async () => {
    const starter = place.start({ FAKE_CRASH: 'worker at once' });
    expect(await starter.exited).toBe(1);
    expect(starter.output()).toContain('worker cannot start');
    expect(starter.output()).not.toContain(RUNNING);
    await nobodyIsLeft();
  });

  it.each([
    ['PostgreSQL', () => databasePid()],
    ['Redis', () => redisPid()],
  ])('ends cleanly when %s goes away', async (name, pid) => {
    const starter = place.start({ HOT_REDIS: 'wasm' });
    await starter.printed(RUNNING);
    process.kill(pid(), 'SIGKILL');
    expect(await starter.exited).toBe(1);
    expect(starter.output()).toContain(`${name} (`);
    expect(starter.output()).toContain(') ended. Its log');
    await nobodyIsLeft();
  });

  it('says who has the port, and starts nothing', async () => {
    const holder: Server = createServer().listen(place.apiPort, '127.0.0.1');
    const starter = place.start();
    expect(await starter.exited).toBe(1);
    expect(starter.output()).toContain(`Port ${place.apiPort}, where the API should listen, is taken`);
    expect(starter.output()).toContain('HOT_API_PORT=');
    expect(starter.output()).not.toContain('postgres');
    holder.close();
  });

  it('does not start twice on the same data', async () => {
    const first = place.start();
    await first.printed(RUNNING);
    const second = place.start();
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain('already running here');
    await expect(get(place.apiPort)).resolves.toBe('api');
  });

  it('forgets a lock whose pid now belongs to another process', async () => {
    const first = place.start();
    await first.printed(RUNNING);
    first.signal('SIGINT');
    await first.exited;
    writeFileSync(join(place.dir, 'data', 'start.lock'), `${process.pid} 1`);
    await place.start().printed(RUNNING);
  });

  it.each([50, 300, 600, 900])('stops cleanly when asked %d ms after the call', async (ms) => {
    const starter = place.start();
    await new Promise((resolve) => setTimeout(resolve, ms));
    starter.signal('SIGINT');
    expect(await starter.exited).not.toBe(0);
    await nobodyIsLeft();
    await place.start().printed(RUNNING);
  });

  it('finishes a cluster whose making was interrupted', async () => {
    mkdirSync(join(place.dir, 'data', 'postgres.init', 'base'), { recursive: true });
    writeFileSync(join(place.dir, 'data', 'postgres.init', 'PG_VERSION'), '18\n');
    await place.start().printed(RUNNING);
  });

  it('refuses the data of another PostgreSQL version and names both', async () => {
    mkdirSync(join(place.dir, 'data', 'postgres'), { recursive: true });
    writeFileSync(join(place.dir, 'data', 'postgres', 'PG_VERSION'), '15\n');
    const starter = place.start();
    expect(await starter.exited).toBe(1);
    expect(starter.output()).toMatch(/PostgreSQL 15.*version 18/);
    await nobodyIsLeft();
  });
});
