import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@app/testing';
import type { ChildPool } from './pool/child-pool';
import type { SandboxHost } from './port';
import {
  isRunning,
  PoolHarness,
  QUIET_HOST,
  runJs,
  SILENT_HOST,
  startJs,
  theChild,
  waitingHost,
} from './testing/pool-harness';

jest.setTimeout(60_000);

const ASK = `async ([n], host) => { await host.call('x', String(n)); return n; }`;

describe('the pool of sandbox children', () => {
  const harness = new PoolHarness();
  let pool: ChildPool;

  beforeEach(() => {
    pool = harness.pool();
  });
  afterEach(() => harness.closePools());
  afterAll(() => harness.remove());

  it('starts no process before the first run', () => {
    expect(pool.stats()).toEqual({ children: 0, isolates: 0, running: 0, waiting: 0 });
  });

  it('runs a program and gives its result', async () => {
    const outcome = await runJs(pool, 'async ([n]) => ({ doubled: n * 2 })', { argsJson: '[21]' });
    expect(outcome).toMatchObject({ status: 'succeeded', resultJson: '{"doubled":42}', callCount: 1 });
  });

  it('hands the program all of its request, and text of every kind unharmed', async () => {
    const text = JSON.stringify(['ä€😀\u0000\u2028', '\ud800']);
    const outcome = await runJs(pool, 'async (args, host, tick, control, request) => request', {
      argsJson: text,
      infoJson: '{"i":1}',
      ctxJson: '{"c":2}',
      fn: '::some/fn',
      runId: 'run-1',
      trace: true,
    });
    expect(outcome.status).toBe('succeeded');
    expect(JSON.parse('resultJson' in outcome ? outcome.resultJson : '')).toMatchObject({
      runId: 'run-1',
      fn: '::some/fn',
      argsJson: text,
      infoJson: '{"i":1}',
      ctxJson: '{"c":2}',
      trace: true,
      limits: { maxDepth: 4096 },
    });
  });

  it('does not count against a run the time in which another one has the processor', async () => {
    const js = `async ([kind], host, tick) => { if (kind === 'evil') for (;;) tick(); tick(); return 'fine'; }`;
    const evil = startJs(pool, js, { argsJson: '["evil"]', timeoutMs: 900 });
    const others = Array.from({ length: 8 }, () => runJs(pool, js, { argsJson: '["good"]', timeoutMs: 300 }));
    expect(await evil.outcome).toMatchObject({ status: 'failed', failureKind: 'timeout' });
    for (const outcome of await Promise.all(others)) {
      expect(outcome).toMatchObject({ status: 'succeeded', resultJson: '"fine"' });
    }
  });

  it('delivers what was posted in order and before the outcome', async () => {
    const posted: string[] = [];
    const host: SandboxHost = { ...QUIET_HOST, post: (_, payload) => posted.push(payload) };
    const outcome = await runJs(
      pool,
      `async (args, host) => { for (let i = 0; i < 500; i++) { host.post('log', String(i)); if (i % 50 === 0) await host.call('x', ''); } }`,
      { host },
    );
    expect(outcome.status).toBe('succeeded');
    expect(posted).toEqual(Array.from({ length: 500 }, (_, i) => `${i}`));
  });

  it('delivers the bytes of a trace among what was posted', async () => {
    const taken: unknown[] = [];
    const host: SandboxHost = {
      ...QUIET_HOST,
      post: (_, payload) => taken.push(payload),
      trace: (block) => taken.push([...block]),
    };
    const js = `async (args, host) => {
      host.post('log', 'before');
      host.trace(new Uint8Array([3, 0, 128, 255]));
      host.trace(new Uint8Array([1, 2, 3, 4]).subarray(1, 3));
      host.post('log', 'after');
      try { host.trace('text'); } catch (error) { return error.message; }
    }`;
    expect(await runJs(pool, js, { host })).toMatchObject({ resultJson: '"a part of a trace is bytes"' });
    expect(taken).toEqual(['before', [3, 0, 128, 255], [2, 3], 'after']);
  });

  it('answers host calls, several at once, and hands their errors to the program', async () => {
    const js = `async (args, host) => {
      const all = await Promise.all([host.call('a', '1'), host.call('b', '2')]);
      for (const name of ['bad', 'worse']) {
        try { await host.call(name, 'x'); } catch (error) { all.push(error.code + ' ' + error.message); }
      }
      return all;
    }`;
    const call = (name: string, args: string): Promise<string> => {
      if (name === 'bad') return Promise.reject(Object.assign(new Error('no'), { code: 'denied' }));
      if (name === 'worse') return Promise.reject(new Error('insert into secret_table'));
      return Promise.resolve(`${name}${args}`);
    };
    const outcome = await runJs(pool, js, { host: { call, post: () => undefined } });
    expect(outcome).toMatchObject({
      resultJson: '["a1","b2","denied no","io the platform could not do it"]',
    });
  });

  it('tells the host when nobody waits for its answer any more', async () => {
    let aborted = false;
    const call = (_: string, __: string, signal: AbortSignal): Promise<string> =>
      new Promise(() => signal.addEventListener('abort', () => (aborted = true)));
    await runJs(pool, ASK, { argsJson: '[1]', timeoutMs: 200, host: { call, post: () => undefined } });
    expect(aborted).toBe(true);
  });

  it('tells apart what is ten microseconds apart, and never less time than has passed', async () => {
    // Each piece of work is long enough to show, however fast the machine: it lasts until the clock has moved by 10.
    const js = `async (args, host) => {
      const lengths = []; let loops = 0;
      const began = host.epochMs(), from = host.nowUs();
      while (host.epochMs() - began < 200) {
        const start = host.nowUs();
        while (host.nowUs() - start < 10) loops++;
        lengths.push(host.nowUs() - start);
      }
      const whole = host.nowUs() - from;
      await host.call('x', '');
      return [lengths.filter((each) => each <= 20).length / lengths.length, whole, host.nowUs() - from >= whole];
    }`;
    const outcome = await runJs(pool, js);
    const [short, whole, isForward] = JSON.parse('resultJson' in outcome ? outcome.resultJson : '[]') as [
      number,
      number,
      boolean,
    ];
    // With a clock that a thread sets, each of them would look as long as the pause between two of its ticks.
    expect(short).toBeGreaterThan(0.5);
    expect(whole).toBeGreaterThan(150_000);
    expect(isForward).toBe(true);
  });

  it('gives a clock that moves by less than a millisecond and never back', async () => {
    const js = `async (args, host) => {
      let last = host.nowUs(), steps = new Set(), back = 0;
      for (const end = host.epochMs() + 300; host.epochMs() < end; ) { const now = host.nowUs(); if (now < last) back++; if (now > last) steps.add(now - last); last = now; }
      return [back, Math.min(...steps), host.epochMs(), host.randomBytes(16).length, host.randomBytes(5000).length];
    }`;
    const outcome = await runJs(pool, js);
    const [back, step, epochMs, ...lengths] = JSON.parse(
      'resultJson' in outcome ? outcome.resultJson : '[]',
    ) as number[];
    expect(back).toBe(0);
    expect(step).toBeLessThan(1000);
    expect(Math.abs(Date.now() - (epochMs ?? 0))).toBeLessThan(60_000);
    expect(lengths).toEqual([16, 5000]);
  });

  it('lets short runs measure, before the clock of long ones is worth its thread', async () => {
    const js = `async (args, host) => {
      const from = host.nowUs(), end = host.epochMs() + 3;
      while (host.epochMs() < end);
      return host.nowUs() - from;
    }`;
    const outcome = await runJs(pool, js);
    const us = Number('resultJson' in outcome ? outcome.resultJson : Number.NaN);
    expect(us).toBeGreaterThanOrEqual(2_000);
    expect(us).toBeLessThan(500_000);
  });

  it('keeps one isolate warm for one artifact and reads the artifact once', async () => {
    let loads = 0;
    const js = 'async () => 1';
    const loadArtifact = (): Promise<Buffer> => {
      loads += 1;
      return Promise.resolve(Buffer.from(JSON.stringify({ js, tables: '{}' })));
    };
    await Promise.all(Array.from({ length: 40 }, () => runJs(pool, js, { loadArtifact })));
    await runJs(pool, js, { loadArtifact });
    expect(loads).toBe(1);
    expect(pool.stats()).toMatchObject({ children: 1, running: 0, waiting: 0 });
  });

  it('asks for an artifact again that the child had to give up', async () => {
    const small = harness.pool({ maxArtifactMb: 1, maxIsolates: 1 });
    const pad = `/*${'x'.repeat(700_000)}*/`;
    for (const n of [1, 2, 1, 2]) {
      expect(await runJs(small, `async () => ${n} ${pad}`)).toMatchObject({ resultJson: `${n}` });
    }
    expect(small.stats().children).toBe(1);
  });

  it('waits for a storage that can not be read, and fails the run when it stays so', async () => {
    const js = 'async () => 1';
    let tries = 0;
    const loadArtifact = (): Promise<Buffer> =>
      tries++ === 0
        ? Promise.reject(new Error('away'))
        : Promise.resolve(Buffer.from(JSON.stringify({ js, tables: '' })));
    expect(await runJs(pool, js, { loadArtifact })).toMatchObject({ status: 'succeeded' });
    const impatient = harness.pool({ artifactPatienceMs: 0 });
    expect(
      await runJs(impatient, js, { loadArtifact: () => Promise.reject(new Error('away')) }),
    ).toMatchObject({
      status: 'failed',
      retryable: null,
    });
  });

  it('keeps runs of one isolate apart in their posts', async () => {
    const js = `async ([name], host) => { for (let i = 0; i < 50; i++) { await host.call('x', ''); host.post('log', name); } }`;
    const seen = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => {
        const posted: string[] = [];
        const host: SandboxHost = { ...QUIET_HOST, post: (_, payload) => posted.push(payload) };
        await runJs(pool, js, { argsJson: JSON.stringify([name]), host });
        return posted;
      }),
    );
    seen.forEach((posted, index) => expect(new Set(posted)).toEqual(new Set([['a', 'b', 'c'][index]])));
  });

  it('gives new runs another isolate while one computes for long', async () => {
    const js = `async ([ms], host, tick) => { const end = Date.now() + ms; while (Date.now() < end) tick(); return ms; }`;
    let isOver = false;
    const long = runJs(pool, js, { argsJson: '[3000]' }).finally(() => (isOver = true));
    await sleep(800);
    await runJs(pool, js, { argsJson: '[1]' });
    expect(isOver).toBe(false);
    expect(await long).toMatchObject({ status: 'succeeded' });
  });

  describe('stopping', () => {
    it.each([
      ['listens', 'for (;;) { await host.call("x", ""); tick(); }', QUIET_HOST],
      ['does not listen', 'for (;;);', QUIET_HOST],
      ['waits for an answer that does not come', 'await host.call("x", "");', SILENT_HOST],
    ])('cancels a run that %s', async (_, body, host) => {
      const handle = startJs(pool, `async (args, host, tick) => { ${body} }`, { host });
      setTimeout(() => handle.stop('cancelled'), 300);
      setTimeout(() => handle.stop('cancelled'), 350);
      expect(await handle.outcome).toMatchObject({ status: 'cancelled' });
    });

    it('leaves the others of the isolate alone when a run waits or is done by itself', async () => {
      const js = `async ([kind], host) => { if (kind === 'stuck') await new Promise(() => {}); await host.call('x', ''); return 'fine'; }`;
      const other = waitingHost();
      const innocent = runJs(pool, js, { argsJson: '["ok"]', host: other.host });
      await other.begun;
      const stuck = startJs(pool, js, { argsJson: '["stuck"]', timeoutMs: 300 });
      expect(await stuck.outcome).toMatchObject({ failureKind: 'timeout' });
      other.answer('1');
      expect(await innocent).toMatchObject({ status: 'succeeded', resultJson: '"fine"' });
    });

    it('does not end a run that computes because another of its isolate was cancelled', async () => {
      const js = `async ([kind], host, tick) => {
        await host.call('x', '');
        if (kind === 'long') { const end = Date.now() + 2500; while (Date.now() < end) tick(); }
        return kind;
      }`;
      const gates = [waitingHost(), waitingHost()] as const;
      const [long, short] = ['long', 'short'].map((kind, i) =>
        startJs(pool, js, { argsJson: `["${kind}"]`, host: gates[i]!.host }),
      );
      await Promise.all(gates.map((gate) => gate.begun));
      gates[0].answer('1');
      await sleep(100);
      short!.stop('cancelled');
      expect(await short!.outcome).toMatchObject({ status: 'cancelled' });
      expect(await long!.outcome).toMatchObject({ status: 'succeeded', resultJson: '"long"' });
    });

    it('cancels a run that has no place yet', async () => {
      const narrow = harness.pool({ runsPerChild: 1 });
      const first = startJs(narrow, ASK, { argsJson: '[1]', host: SILENT_HOST });
      const second = startJs(narrow, ASK, { argsJson: '[2]' });
      expect(narrow.stats()).toMatchObject({ waiting: 1 });
      second.stop('cancelled');
      expect(await second.outcome).toMatchObject({
        status: 'cancelled',
        startedAtMs: expect.any(Number) as number,
      });
      first.stop('cancelled');
      await first.outcome;
    });

    it('calls a run lost, not cancelled, that is stopped because the worker ends', async () => {
      const handle = startJs(pool, ASK, { argsJson: '[1]', host: SILENT_HOST });
      await sleep(300);
      handle.stop('shutdown');
      expect(await handle.outcome).toMatchObject({ status: 'lost', suspect: false });
    });
  });

  describe('places', () => {
    it('turns a run away when too many wait', async () => {
      const narrow = harness.pool({ runsPerChild: 1, maxWaiting: 2 });
      const all = Array.from({ length: 4 }, (_, n) =>
        startJs(narrow, ASK, { argsJson: `[${n}]`, host: SILENT_HOST }),
      );
      expect(await all[3]!.outcome).toMatchObject({ status: 'lost', suspect: false });
    });

    it('has a place for all runs of many events with many handlers', async () => {
      const one = harness.pool();
      const outcomes = await Promise.all(
        Array.from({ length: 3_000 }, (_, n) => runJs(one, ASK, { argsJson: `[${n}]` })),
      );
      expect(outcomes.filter(({ status }) => status !== 'succeeded')).toEqual([]);
    }, 30_000);

    it('does not count runs that wait for long', async () => {
      const narrow = harness.pool({ runsPerChild: 4, runsPerIsolate: 4, parkAfterMs: 300 });
      const waiting = Array.from({ length: 4 }, () => waitingHost());
      const parked = waiting.map(({ host }) => runJs(narrow, ASK, { argsJson: '[1]', host }));
      await Promise.all(waiting.map(({ begun }) => begun));
      expect(await runJs(narrow, ASK, { argsJson: '[7]' })).toMatchObject({ resultJson: '7' });
      expect(narrow.stats()).toMatchObject({ children: 1, running: 4 });
      for (const { answer } of waiting) answer('1');
      expect((await Promise.all(parked)).every((outcome) => outcome.status === 'succeeded')).toBe(true);
    });

    it('gives every organization children of its own when it has to, and nobody waits behind another for ever', async () => {
      const strict = harness.pool({ isolateOrgs: true, children: 1, spareChildren: 1, fairAfterMs: 200 });
      const of = (orgId: string, host: SandboxHost = QUIET_HOST): Promise<unknown> =>
        runJs(strict, ASK, { argsJson: '[1]', orgId, host });
      await Promise.all([of('a'), of('b')]);
      expect(strict.stats().children).toBe(2);
      const first = strict.pids();
      await of('c');
      expect(strict.stats().children).toBeLessThanOrEqual(2);
      expect(strict.pids()).not.toEqual(first);
      // Now a and c hold every place and never pause.
      let isOver = false;
      const busy = ['a', 'c'].map(async (org) => {
        while (!isOver) await of(org);
      });
      await of('d');
      isOver = true;
      await Promise.all(busy);
    });

    it('runs suspects alone, one after the other, in children of their own that end with them', async () => {
      let open = 0;
      let most = 0;
      const host: SandboxHost = {
        call: async () => {
          most = Math.max(most, ++open);
          await sleep(50);
          open -= 1;
          return '1';
        },
        post: () => undefined,
      };
      const all = await Promise.all(
        [1, 2, 3].map((n) => runJs(pool, ASK, { argsJson: `[${n}]`, quarantine: true, host })),
      );
      expect(all.map((outcome) => outcome.status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
      expect(most).toBe(1);
      await eventually(() => expect(pool.stats().children).toBe(0));
    });

    it('fails a memory bomb in quarantine for its memory instead of losing it again', async () => {
      const js = 'async () => { const m = new Map(); for (let i = 0; ; i++) m.set(i, { i }); }';
      const outcome = await runJs(pool, js, { quarantine: true });
      expect(outcome).toMatchObject({ status: 'failed', failureKind: 'resource-limit' });
    });

    it('replaces a child after so many runs, once its runs have ended', async () => {
      const short = harness.pool({ recycleAfterRuns: 5 });
      const all = await Promise.all(
        Array.from({ length: 23 }, (_, n) => runJs(short, ASK, { argsJson: `[${n}]` })),
      );
      expect(all.map((outcome) => outcome.status)).toEqual(Array.from({ length: 23 }, () => 'succeeded'));
    });

    it('ends a child without work', async () => {
      const short = harness.pool({ idleMs: 100 });
      await runJs(short, ASK, { argsJson: '[1]' });
      const pid = theChild(short);
      await eventually(() => expect(short.stats().children).toBe(0));
      expect(isRunning(pid)).toBe(false);
    });
  });

  describe('deaths', () => {
    it('reports all runs of a killed child once, as innocent since they only waited, and goes on with another', async () => {
      const settled: string[] = [];
      const gates = Array.from({ length: 50 }, () => waitingHost());
      const all = gates.map(({ host }, n) =>
        runJs(pool, ASK, { argsJson: `[${n}]`, host }).then((outcome) => {
          settled.push(`${n}`);
          return outcome;
        }),
      );
      await Promise.all(gates.map((gate) => gate.begun));
      process.kill(theChild(pool), 'SIGKILL');
      const outcomes = await Promise.all(all);
      expect(new Set(outcomes.map((outcome) => outcome.status))).toEqual(new Set(['lost']));
      expect(outcomes.filter((outcome) => outcome.status === 'lost' && outcome.suspect)).toEqual([]);
      expect(new Set(settled).size).toBe(50);
      expect(settled).toHaveLength(50);
      expect(await runJs(pool, ASK, { argsJson: '[1]' })).toMatchObject({ status: 'succeeded' });
    });

    it('suspects the run on the processor of a child that is killed, and nobody else', async () => {
      const js = `async ([kind], host) => { await host.call('x', ''); if (kind === 'busy') for (;;); return 1; }`;
      const gates = Array.from({ length: 10 }, () => waitingHost());
      const innocents = gates.map(({ host }) => runJs(pool, js, { argsJson: '["calm"]', host }));
      await Promise.all(gates.map((gate) => gate.begun));
      const busy = runJs(pool, js, { argsJson: '["busy"]' });
      await sleep(300);
      process.kill(theChild(pool), 'SIGKILL');
      expect(await busy).toMatchObject({ status: 'lost', suspect: true });
      for (const outcome of await Promise.all(innocents)) expect(outcome).toMatchObject({ suspect: false });
    });

    it('kills a child that is stopped, within its patience', async () => {
      const gate = waitingHost();
      const lost = runJs(pool, ASK, { argsJson: '[1]', host: gate.host });
      await gate.begun;
      const pid = theChild(pool);
      process.kill(pid, 'SIGSTOP');
      const from = performance.now();
      expect(await lost).toMatchObject({ status: 'lost', suspect: false });
      expect(performance.now() - from).toBeLessThan(5_000);
      expect(isRunning(pid)).toBe(false);
    });

    it('does not take its own standstill for the silence of a child', async () => {
      const gate = waitingHost();
      const run = runJs(pool, ASK, { argsJson: '[1]', host: gate.host });
      await gate.begun;
      const until = performance.now() + 4_000;
      while (performance.now() < until);
      gate.answer('1');
      expect(await run).toMatchObject({ status: 'succeeded' });
    });

    it('begins the runs of a broken installation no faster than once a second', async () => {
      const broken = harness.pool({ childPath: __filename.replace(/[^/]+$/, 'child/no-such-file.js') });
      const from = performance.now();
      for (let i = 0; i < 3; i++)
        expect(await runJs(broken, ASK)).toMatchObject({
          status: 'lost',
          suspect: expect.any(Boolean) as boolean,
        });
      expect(performance.now() - from).toBeGreaterThan(1_900);
      expect(harness.logged.map(({ event }) => event)).toContain('sandbox.child_died');
    });

    it('leaves no process behind when it is closed under load', async () => {
      const wide = harness.pool({ children: 2 });
      const all = [
        ...Array.from({ length: 5 }, () => runJs(wide, 'async () => { for (;;); }')),
        ...Array.from({ length: 40 }, () => runJs(wide, ASK, { argsJson: '[1]', host: SILENT_HOST })),
        runJs(wide, ASK, { argsJson: '[1]', quarantine: true, host: SILENT_HOST }),
      ];
      await sleep(700);
      const pids = wide.pids();
      expect(pids.length).toBeGreaterThanOrEqual(2);
      await wide.close(200);
      for (const outcome of await Promise.all(all))
        expect(outcome).toMatchObject({ status: 'lost', suspect: false });
      expect(pids.filter(isRunning)).toEqual([]);
      expect(await runJs(wide, ASK)).toMatchObject({ status: 'lost', suspect: false });
    });

    it('lets runs finish that end within the grace of a close', async () => {
      const gate = waitingHost();
      const run = runJs(pool, ASK, { argsJson: '[5]', host: gate.host });
      await gate.begun;
      const closed = pool.close(5_000);
      gate.answer('1');
      expect(await run).toMatchObject({ status: 'succeeded', resultJson: '5' });
      await closed;
      expect(pool.stats().children).toBe(0);
    });

    it('ends its children when the worker dies, also while they compute', async () => {
      const parent = spawn(process.execPath, ['-e', PARENT, JSON.stringify(harness.settings())], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const pids = await new Promise<number[]>((resolve) => {
        parent.stdout.once('data', (chunk: Buffer) => resolve(JSON.parse(chunk.toString()) as number[]));
      });
      expect(pids.map(isRunning)).toEqual([true]);
      parent.kill('SIGKILL');
      await eventually(() => expect(pids.filter(isRunning)).toEqual([]));
    });
  });

  it('gives the child nothing of the environment, and no files', async () => {
    await runJs(pool, 'async () => 1');
    const pid = theChild(pool);
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean)).toEqual([
      'NODE_ENV=production',
    ]);
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    expect(args).toContain('--permission');
    expect(args.filter((arg) => /fs-write|allow-child/.test(arg))).toEqual([]);
  });
});

/** A worker of its own: starts a child, gives it an endless loop, tells its pid and waits to be killed. */
const PARENT = `
const { ChildPool, poolSettings } = require(JSON.parse(process.argv[1]).poolPath);
const pool = new ChildPool(poolSettings(JSON.parse(process.argv[1])));
const js = 'async () => { for (;;); }';
pool.start({ runId: 'r', orgId: 'o', artifactHash: 'h', loadArtifact: async () => Buffer.from(JSON.stringify({ js, tables: '' })),
  fn: 'f', argsJson: '[]', infoJson: '{}', ctxJson: '{}', limits: {}, trace: false, timeoutMs: 60000, quarantine: false,
  host: { call: async () => '', post() {} } });
setTimeout(() => console.log(JSON.stringify(pool.pids())), 800);
setInterval(() => {}, 1000);
`;
