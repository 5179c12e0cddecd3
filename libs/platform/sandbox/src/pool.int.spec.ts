import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ChildPool } from './pool/child-pool';
import { poolSettings, type PoolSettings } from './pool/settings';
import type { SandboxHandle, SandboxHost, SandboxOutcome, SandboxRun } from './port';
import { buildChild, writeMiniRuntime } from './testing/build';

const LIMITS = { maxDepth: 4096, maxTraceBytes: 1 << 24, maxTraceCalls: 100_000, maxResultBytes: 1 << 24 };

describe('the pool of sandbox children', () => {
  let folder: string;
  let paths: Pick<PoolSettings, 'childPath' | 'runtimePath'>;
  let pool: ChildPool;

  beforeAll(() => {
    // Below the sources, so that the child finds isolated-vm where Node looks for it.
    folder = mkdtempSync(join(__dirname, '../../../../dist-test-'));
    paths = { childPath: buildChild(folder), runtimePath: writeMiniRuntime(folder) };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => {
    pool = new ChildPool(poolSettings({ ...paths, memoryMb: 64 }));
  });
  afterEach(() => pool.close(0));

  function start(js: string, options: Partial<SandboxRun> = {}): SandboxHandle {
    const host: SandboxHost = { call: () => Promise.resolve('null'), post: () => undefined };
    return pool.start({
      runId: 'r',
      orgId: 'o',
      artifactHash: createHash('sha256').update(js).digest('hex'),
      loadArtifact: () => Promise.resolve(Buffer.from(JSON.stringify({ js, tables: '{}' }))),
      fn: '::a/b',
      argsJson: '[]',
      infoJson: '{}',
      ctxJson: '{}',
      limits: LIMITS,
      trace: false,
      timeoutMs: 30_000,
      quarantine: false,
      host,
      ...options,
    });
  }

  const run = (js: string, options: Partial<SandboxRun> = {}): Promise<SandboxOutcome> =>
    start(js, options).outcome;

  it('runs a program and gives its result', async () => {
    const outcome = await run('async ([n]) => ({ doubled: n * 2 })', { argsJson: '[21]' });
    expect(outcome).toMatchObject({ status: 'succeeded', resultJson: '{"doubled":42}', callCount: 1 });
  });

  it('delivers what was posted in order and before the outcome', async () => {
    const posted: string[] = [];
    const outcome = await run(
      `async (args, host) => { for (let i = 0; i < 500; i++) host.post('log', String(i)); }`,
      {
        host: { call: () => Promise.resolve(''), post: (_, payload) => posted.push(payload) },
      },
    );
    expect(outcome.status).toBe('succeeded');
    expect(posted).toEqual(Array.from({ length: 500 }, (_, i) => `${i}`));
  });

  it('answers host calls, several at once, and hands their errors to the program', async () => {
    const js = `async (args, host) => {
      const all = await Promise.all([host.call('a', '1'), host.call('b', '2')]);
      try { await host.call('bad', 'x'); } catch (error) { all.push(error.code + ' ' + error.message); }
      return all;
    }`;
    const call = (name: string, args: string): Promise<string> =>
      name === 'bad' ? Promise.reject({ code: 'denied', message: 'no' }) : Promise.resolve(`${name}${args}`);
    const outcome = await run(js, { host: { call, post: () => undefined } });
    expect(outcome).toMatchObject({ resultJson: '["a1","b2","denied no"]' });
  });

  it('keeps one isolate warm for one artifact and loads the artifact once', async () => {
    let loads = 0;
    const js = 'async () => 1';
    const options = {
      loadArtifact: () => {
        loads += 1;
        return Promise.resolve(Buffer.from(JSON.stringify({ js, tables: '{}' })));
      },
    };
    await Promise.all(Array.from({ length: 40 }, () => run(js, options)));
    await run(js, options);
    expect(loads).toBe(1);
    expect(pool.stats()).toMatchObject({ children: 1, running: 0, waiting: 0 });
  });

  describe.each([
    ['before a host call', ''],
    ['after an awaited host call', `await host.call('x', '');`],
  ])('under attack %s', (_, first) => {
    const attack = (body: string, timeoutMs = 400): SandboxHandle =>
      start(`async (args, host, tick) => { ${first} ${body} }`, { timeoutMs });

    it('stops an endless loop that checks its fuel', async () => {
      const outcome = await attack('for (;;) tick();').outcome;
      expect(outcome).toMatchObject({ status: 'failed', failureKind: 'timeout' });
    });

    it('stops an endless loop that never checks', async () => {
      const outcome = await attack('for (;;);').outcome;
      expect(outcome).toMatchObject({ status: 'failed', failureKind: 'timeout' });
      expect(outcome).toMatchObject({
        resultJson: expect.stringContaining('Run timed out after 0.4 seconds') as string,
      });
      expect(await run('async () => 1')).toMatchObject({ status: 'succeeded' });
    });

    it('stops an endless chain of promises', async () => {
      expect(await attack('for (;;) await null;').outcome).toMatchObject({
        status: 'failed',
        failureKind: 'timeout',
      });
    });

    it('ends a run whose promise never settles', async () => {
      expect(await attack('await new Promise(() => {});').outcome).toMatchObject({ failureKind: 'timeout' });
    });

    it('stops a catastrophic regular expression', async () => {
      const outcome = await attack(`return /^(a+)+$/.test('a'.repeat(40) + 'b');`).outcome;
      expect(outcome).toMatchObject({ status: 'failed', failureKind: 'timeout' });
    });

    it.each([
      ['arrays', 'const all = []; for (;;) all.push(new Array(1000).fill(1));'],
      [
        'strings',
        `let s = 'x'; const all = []; for (;;) { s += s.length < 1e6 ? s : ''; all.push(s + all.length); s = s.slice(0, 5e5) + all.length; all.push([...s]); }`,
      ],
      ['buffers', 'const all = []; for (;;) all.push(new Uint8Array(1e6).fill(7));'],
    ])('ends a memory bomb of %s', async (__, body) => {
      const outcome = await attack(body, 20_000).outcome;
      expect(['failed', 'lost']).toContain(outcome.status);
      if (outcome.status === 'failed') expect(outcome.failureKind).toMatch(/resource-limit|unhandled-error/);
      expect(await run('async () => 1')).toMatchObject({ status: 'succeeded' });
    });

    it('turns deep recursion into an error', async () => {
      const outcome = await attack('const f = (n) => 1 + f(n + 1); return f(0);').outcome;
      expect(outcome).toMatchObject({ status: 'failed', failureKind: 'unhandled-error' });
    });

    it.each([
      ['constructor', `this.constructor.constructor('return process')()`],
      ['host constructor', `host.constructor.constructor('return process')()`],
      ['callback constructor', `host.post.constructor('return process')()`],
      ['import', `await import('node:fs')`],
      ['require', `require('node:fs')`],
      ['eval', `(0, eval)('process')`],
      ['WebAssembly', `new WebAssembly.Memory({ initial: 1 })`],
      ['shared memory', `new SharedArrayBuffer(8)`],
    ])('does not let out: %s', async (__, expression) => {
      const outcome = await attack(`const found = ${expression}; return String(found && found.pid);`).outcome;
      expect(
        outcome.status === 'failed' ||
          (outcome.status === 'succeeded' && outcome.resultJson === '"undefined"'),
      ).toBe(true);
    });

    it('survives a flood of host calls', async () => {
      const outcome = await attack(
        `await Promise.all(Array.from({ length: 20000 }, () => host.call('x', '')));`,
        20_000,
      ).outcome;
      expect(outcome.status).toBe('succeeded');
    });

    it('survives a rejection that nobody handles', async () => {
      expect((await attack(`Promise.reject(new Error('x')); return 1;`).outcome).status).toBe('succeeded');
      expect(await run('async () => 1')).toMatchObject({ status: 'succeeded' });
    });
  });

  it('lets innocents beside an attacker either finish once or be lost without suspicion', async () => {
    const js = `async ([kind], host, tick) => {
      if (kind === 'evil') { await host.call('x', ''); for (;;); }
      for (let i = 0; i < 5; i++) { await host.call('x', ''); tick(); }
      return 'fine';
    }`;
    const all = [
      ...Array.from({ length: 10 }, () => run(js, { argsJson: '["good"]', timeoutMs: 10_000 })),
      run(js, { argsJson: '["evil"]', timeoutMs: 300 }),
    ];
    const outcomes = await Promise.all(all);
    expect(outcomes.at(-1)).toMatchObject({ status: 'failed', failureKind: 'timeout' });
    for (const outcome of outcomes.slice(0, -1)) {
      if (outcome.status === 'lost') expect(outcome.suspect).toBe(false);
      else expect(outcome).toMatchObject({ status: 'succeeded', resultJson: '"fine"' });
    }
  });

  it('keeps runs of one isolate apart in their posts', async () => {
    const js = `async ([name], host) => { for (let i = 0; i < 50; i++) { await host.call('x', ''); host.post('log', name); } }`;
    const seen = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => {
        const posted: string[] = [];
        await run(js, {
          argsJson: JSON.stringify([name]),
          host: { call: () => Promise.resolve(''), post: (_, payload) => posted.push(payload) },
        });
        return posted;
      }),
    );
    seen.forEach((posted, index) => expect(new Set(posted)).toEqual(new Set([['a', 'b', 'c'][index]])));
  });

  it('cancels a run that listens, and one that does not', async () => {
    for (const body of ['for (;;) { await host.call("x", ""); tick(); }', 'for (;;);']) {
      const handle = start(`async (args, host, tick) => { ${body} }`);
      setTimeout(() => handle.stop('cancelled'), 200);
      expect(await handle.outcome).toMatchObject({ status: 'cancelled' });
    }
  });

  it('reports all runs of a killed child as lost, once each, and goes on with another child', async () => {
    const js = `async (args, host) => { await host.call('wait', ''); return 1; }`;
    const never = { call: () => new Promise<string>(() => undefined), post: () => undefined };
    const all = Array.from({ length: 50 }, () => run(js, { host: never }));
    await new Promise((resolve) => setTimeout(resolve, 500));
    killChild(pool, 'SIGKILL');
    const outcomes = await Promise.all(all);
    expect(outcomes.every((outcome) => outcome.status === 'lost')).toBe(true);
    expect(await run('async () => 1')).toMatchObject({ status: 'succeeded' });
  });

  it('kills a child that is stopped', async () => {
    const never = { call: () => new Promise<string>(() => undefined), post: () => undefined };
    const lost = run(`async (args, host) => host.call('x', '')`, { host: never });
    await new Promise((resolve) => setTimeout(resolve, 500));
    killChild(pool, 'SIGSTOP');
    expect(await lost).toMatchObject({ status: 'lost', suspect: false });
  }, 15_000);

  it('runs suspects alone, in a child of their own that ends with them', async () => {
    const js = `async (args, host) => { await host.call('x', ''); return 1; }`;
    expect(await Promise.all([run(js, { quarantine: true }), run(js, { quarantine: true })])).toMatchObject([
      { status: 'succeeded' },
      { status: 'succeeded' },
    ]);
  });

  it('leaves no process behind when it is closed under load', async () => {
    const js = 'async () => { for (;;); }';
    const all = Array.from({ length: 5 }, () => run(js));
    await new Promise((resolve) => setTimeout(resolve, 500));
    const pid = childPid(pool);
    await pool.close(200);
    expect((await Promise.all(all)).every((outcome) => outcome.status === 'lost')).toBe(true);
    expect(() => process.kill(pid, 0)).toThrow();
  });

  it('gives the child nothing of the environment', async () => {
    const pid = await childAfter(run('async () => 1'), pool);
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean)).toEqual([
      'NODE_ENV=production',
    ]);
  });

  async function childAfter(done: Promise<unknown>, of: ChildPool): Promise<number> {
    await done;
    return childPid(of);
  }
});

function childPid(pool: ChildPool): number {
  const [link] = (pool as unknown as { links: Set<{ pid: number }> }).links;
  if (link === undefined) throw new Error('the pool has no child');
  return link.pid;
}

function killChild(pool: ChildPool, signal: NodeJS.Signals): void {
  process.kill(childPid(pool), signal);
}
