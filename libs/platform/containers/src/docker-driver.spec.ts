import { ContainerEngine } from '@app/testing';
import { spawnSync } from 'node:child_process';
import { ContainerEngineError, type ContainerOrder } from './container-driver';
import { DockerDriver } from './docker-driver';
import { EngineClient } from './engine-client';
import { OutputFrames } from './output-frames';
import { tarOf } from './tar';

const MIB = 1024 * 1024;

function order(given: Partial<ContainerOrder>): ContainerOrder {
  return {
    name: `test-${Math.random().toString(36).slice(2)}`,
    labels: { of: 'test' },
    image: 'here:1',
    entrypoint: ['/bin/sh', '-c'],
    command: ['true'],
    env: {},
    user: null,
    memoryBytes: 64 * MIB,
    cpuPct: 25,
    maxProcesses: 32,
    tmpBytes: 16 * MIB,
    isWritable: false,
    capabilities: [],
    network: null,
    ...given,
  };
}

describe('an engine with the API of Docker', () => {
  let engine: ContainerEngine;
  let driver: DockerDriver;
  const signal = new AbortController().signal;

  beforeAll(async () => {
    engine = await ContainerEngine.start();
    engine.addImage('here:1', 'app');
    driver = new DockerDriver(new EngineClient(engine.socketPath));
  });
  afterAll(() => engine.close());

  async function run(given: Partial<ContainerOrder>): Promise<{ id: string; out: string; err: string }> {
    const id = await driver.create(order(given));
    const text = { stdout: '', stderr: '' };
    const { closed } = await driver.attach(id, (stream, bytes) => (text[stream] += bytes.toString('utf8')));
    await driver.start(id);
    await driver.ended(id, signal);
    await closed;
    return { id, out: text.stdout, err: text.stderr };
  }

  it('runs a command, tells its streams apart and how it ended, and leaves nothing', async () => {
    const { id, out, err } = await run({
      command: ['echo out; echo err >&2; echo $A; exit 3'],
      env: { A: 'b=c' },
    });
    expect([out, err]).toEqual(['out\nb=c\n', 'err\n']);
    const state = await driver.state(id);
    expect(state).toMatchObject({ isRunning: false, exitCode: 3, wasOutOfMemory: false });
    expect(state?.finishedAtMs).toBeGreaterThanOrEqual(state?.startedAtMs ?? Infinity);
    expect(await driver.list('of', 'test')).toEqual([{ id, labels: { of: 'test' } }]);
    expect(await driver.list('of', 'other')).toEqual([]);
    await driver.remove(id);
    await driver.remove(id);
    expect([await driver.state(id), await driver.list('of', 'test')]).toEqual([null, []]);
  });

  it('asks for walls: no privileges, no capabilities, no network, limits of memory, processor and processes', async () => {
    const { id } = await run({});
    await driver.remove(id);
    expect(engine.creations.at(-1)).toMatchObject({
      HostConfig: {
        NetworkMode: 'none',
        Memory: 64 * MIB,
        MemorySwap: 64 * MIB,
        CpuPeriod: 100_000,
        CpuQuota: 25_000,
        PidsLimit: 32,
        ReadonlyRootfs: true,
        Privileged: false,
        CapDrop: ['ALL'],
        CapAdd: [],
        SecurityOpt: ['no-new-privileges'],
        Tmpfs: { '/tmp': 'rw,nosuid,nodev,size=16777216,mode=1777' },
        LogConfig: { Type: 'none' },
      },
    });
    expect(engine.creations.at(-1)?.HostConfig).not.toHaveProperty('Binds');
    expect(engine.creations.at(-1)?.HostConfig).not.toHaveProperty('Mounts');
  });

  it('stops what does not end by itself', async () => {
    const id = await driver.create(
      order({ command: ['trap "" TERM; echo on; while true; do sleep 0.1; done'] }),
    );
    const listening = Promise.withResolvers<unknown>();
    await driver.attach(id, listening.resolve);
    await driver.start(id);
    await listening.promise;
    expect(await driver.state(id)).toMatchObject({ isRunning: true, finishedAtMs: null });
    const ended = driver.ended(id, signal);
    await driver.stop(id, 1);
    await ended;
    expect(await driver.state(id)).toMatchObject({ isRunning: false, exitCode: 137 });
    await driver.stop(id, 1);
    await driver.remove(id);
    await driver.stop(id, 1);
  });

  it('fetches one tag of an image, says how that goes, and why it failed', async () => {
    engine.registry.add('lib/new:2').add('plain:latest');
    const said: string[] = [];
    await driver.pull('lib/new:2', signal, (status) => said.push(status));
    expect(said).toEqual(['1 Pulling from library/test', 'a1 Downloading', 'a1 Pull complete']);
    expect(await driver.findImage('lib/new:2')).toMatchObject({ user: '' });
    await driver.pull('plain', signal, () => undefined);
    expect(engine.pulled).toEqual(['lib/new:2', 'plain:latest']);
    await expect(driver.pull('gone', signal, () => undefined)).rejects.toThrow(
      'manifest for gone:latest not found',
    );
    expect(await driver.findImage('gone')).toBeNull();
    expect(await driver.findImage('here:1')).toEqual({ id: 'sha256:here:1', digest: null, user: 'app' });
  });

  it('ends a fetch that nobody waits for any more', async () => {
    engine.pullMs = 60_000;
    const over = new AbortController();
    const pulling = driver.pull('slow:1', over.signal, () => over.abort());
    await expect(pulling).rejects.toThrow('aborted');
    engine.pullMs = 0;
  });

  it('puts files in before the start', async () => {
    const id = await driver.create(order({ command: ['cat "$FAKE_ROOT/in/deep/a.txt"'] }));
    await driver.putFiles(id, [{ path: '/in/deep/a.txt', bytes: Buffer.from('content'), mode: 0o444 }]);
    let out = '';
    const { closed } = await driver.attach(id, (_stream, bytes) => (out += bytes.toString('utf8')));
    await driver.start(id);
    await closed;
    expect(out).toBe('content');
    await driver.remove(id);
  });

  it('says what the engine said, and that there is none', async () => {
    await expect(driver.create(order({ image: 'nobody:9' }))).rejects.toThrow(
      new ContainerEngineError('The container engine refused (404): No such image: nobody:9', 404),
    );
    const nowhere = new DockerDriver(new EngineClient('/nowhere/engine.sock'));
    await expect(nowhere.findImage('a')).rejects.toThrow(
      'The container engine at /nowhere/engine.sock can not be reached',
    );
  });
});

describe('frames of output', () => {
  it('are put together wherever they are cut', () => {
    const frame = (stream: number, text: string): Buffer => {
      const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, text.length]);
      return Buffer.concat([header, Buffer.from(text)]);
    };
    const whole = Buffer.concat([frame(1, 'hello'), frame(2, 'no'), frame(1, ''), frame(1, ' world')]);
    for (const size of [1, 3, 8, 100]) {
      const text = { stdout: '', stderr: '' };
      const frames = new OutputFrames((stream, bytes) => (text[stream] += bytes.toString('utf8')));
      for (let at = 0; at < whole.length; at += size) frames.write(whole.subarray(at, at + size));
      expect(text).toEqual({ stdout: 'hello world', stderr: 'no' });
    }
  });
});

describe('archives for containers', () => {
  it('are read by tar, with folders, modes and long names', () => {
    const long = `/in/${'folder/'.repeat(20)}file-${'x'.repeat(60)}.txt`;
    const archive = tarOf([
      { path: '/in/a.txt', bytes: Buffer.from('a'), mode: 0o444 },
      { path: long, bytes: Buffer.alloc(513, 'b'), mode: 0o644 },
    ]);
    const listed = spawnSync('tar', ['-tvf', '-'], { input: archive, encoding: 'utf8' });
    expect(listed.stderr).toBe('');
    expect(listed.stdout).toMatch(/-r--r--r-- 0\/0 +1 .* in\/a\.txt\n/);
    expect(listed.stdout).toContain(`-rw-r--r-- 0/0             513 1970-01-01 00:00 ${long.slice(1)}\n`);
    expect(() => tarOf([{ path: `/${'x'.repeat(300)}`, bytes: Buffer.alloc(0), mode: 0o644 }])).toThrow(
      'too long',
    );
  });
});
