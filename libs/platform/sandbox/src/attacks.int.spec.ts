import type { ChildPool } from './pool/child-pool';
import type { SandboxOutcome, SandboxRun } from './port';
import { isRunning, PoolHarness, runJs, SILENT_HOST, startJs, theChild } from './testing/pool-harness';

jest.setTimeout(60_000);

/** Innocents that live in the same isolate: they call the host now and then for as long as the attack goes on. */
const PROGRAM = (attack: string): string => `async ([kind], host, tick, control, request) => {
  if (kind === 'innocent') {
    for (let i = 0; i < 5; i++) { await host.call('pause', ''); tick(); }
    return 'fine';
  }
  if (kind === 'probe') return 'alive';
  if (kind === 'after') await host.call('x', '');
  ${attack}
}`;

describe('hostile programs', () => {
  const harness = new PoolHarness();
  let pool: ChildPool;

  beforeEach(() => {
    pool = harness.pool();
  });
  afterEach(() => harness.closePools());
  afterAll(() => harness.remove());

  describe.each([
    ['before a host call', 'before'],
    ['after an awaited host call', 'after'],
  ])('%s', (_, when) => {
    const js = (attack: string): string => PROGRAM(attack);

    /** The attacker's outcome; checks that innocents beside it end once or are lost without suspicion. */
    async function attack(body: string, options: Partial<SandboxRun> = {}): Promise<SandboxOutcome> {
      const pause = () => new Promise<string>((resolve) => setTimeout(resolve, 40, 'null'));
      const innocents = Array.from({ length: 5 }, () =>
        runJs(pool, js(body), { argsJson: '["innocent"]', host: { call: pause, post: () => undefined } }),
      );
      const attacker = runJs(pool, js(body), { argsJson: `["${when}"]`, timeoutMs: 400, ...options });
      for (const outcome of await Promise.all(innocents)) {
        if (outcome.status === 'lost') expect(outcome).toMatchObject({ suspect: false });
        else expect(outcome).toMatchObject({ status: 'succeeded', resultJson: '"fine"' });
      }
      const outcome = await attacker;
      expect(await runJs(pool, js(body), { argsJson: '["probe"]' })).toMatchObject({ resultJson: '"alive"' });
      return outcome;
    }

    const timeout = {
      status: 'failed',
      failureKind: 'timeout',
      resultJson: expect.stringContaining('Run timed out after 0.4 seconds') as string,
    };

    it.each([
      ['an endless loop that checks its fuel', 'for (;;) tick();'],
      ['an endless loop that never checks', 'for (;;);'],
      ['an endless loop that catches everything', 'for (;;) { try { for (;;) tick(); } catch {} }'],
      ['an endless chain of promises', 'for (;;) await null;'],
      ['an endless chain of promises that checks', 'for (;;) { await null; tick(); }'],
      ['a promise that never settles', 'await new Promise(() => {});'],
      ['a catastrophic regular expression', `return /^(a+)+$/.test('a'.repeat(40) + 'b');`],
      [
        'a sort without end',
        'const a = Array.from({ length: 1e5 }, (_, i) => i); for (;;) a.sort((x, y) => y - x || tick);',
      ],
      [
        'waiting for the host again and again after its end was asked for',
        `for (;;) { try { await host.call('pause', ''); } catch {} }`,
      ],
    ])('has a timeout for %s, and the child lives', async (__, body) => {
      const pids = runJs(pool, js(body), { argsJson: '["probe"]' }).then(() => pool.pids());
      expect(await attack(body)).toMatchObject(timeout);
      expect(pool.pids()).toEqual(await pids);
    });

    it.each([
      ['a power', '(3n ** (10n ** 8n)).toString().length'],
      ['normalisation', `(() => { const s = 'é́'.repeat(5e6); for (;;) s.normalize('NFD'); })()`],
    ])('has a timeout for what does not look up (%s), and replaces the child', async (__, expression) => {
      const body = `return ${expression};`;
      await runJs(pool, js(body), { argsJson: '["probe"]' });
      const before = theChild(pool);
      expect(await attack(body)).toMatchObject(timeout);
      const deadline = Date.now() + 8_000;
      while (isRunning(before) && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect(isRunning(before)).toBe(false);
    });

    it.each([
      ['arrays', 'const all = []; for (;;) all.push(new Array(1000).fill(1));'],
      ['one array', 'const a = []; for (;;) a.push(1);'],
      [
        'strings',
        `const s = 'x'.repeat(1e6), all = []; for (let i = 0; ; i++) all.push((s + i).split('').join('-'));`,
      ],
      ['a map', 'const m = new Map(); for (let i = 0; ; i++) m.set(i, { i });'],
      ['properties', `const o = {}; for (let i = 0; ; i++) o['k' + i] = i;`],
      ['promises', 'const all = []; for (;;) all.push(new Promise(() => {}));'],
      [
        'arrays between promises',
        'const all = []; for (;;) { await null; all.push(new Array(1000).fill(2)); }',
      ],
      [
        'arrays between host calls',
        `const all = []; for (;;) { await host.call('x', ''); all.push(new Array(1e5).fill(2)); }`,
      ],
      ['numbers', 'let x = 1n; for (;;) x = (x << 1000000n) | 1n;'],
    ])('ends a memory bomb of %s as a suspect or for its memory', async (__, body) => {
      const outcome = await attack(body, { timeoutMs: 25_000 });
      if (outcome.status === 'lost') expect(outcome).toMatchObject({ suspect: true });
      else expect(outcome).toMatchObject({ status: 'failed', failureKind: 'resource-limit' });
    });

    it('refuses buffers beyond the limit', async () => {
      const outcome = await attack('const all = []; for (;;) all.push(new Uint8Array(1e6).fill(7));', {
        timeoutMs: 20_000,
      });
      expect(outcome).toMatchObject({ status: 'failed', failureKind: 'unhandled-error' });
    });

    it('turns deep recursion into an error', async () => {
      const outcome = await attack('const f = (n) => 1 + f(n + 1); return f(0);');
      expect(outcome).toMatchObject({ status: 'failed', failureKind: 'unhandled-error' });
    });

    it.each([
      ['the constructor of this', `this.constructor.constructor('return process')()`],
      ['the constructor of the host', `host.constructor.constructor('return process')()`],
      ['the constructor of a callback', `host.post.constructor('return process')()`],
      ['the constructor of an async function', `(async () => {}).constructor('return process')()`],
      ['the constructor of a generator', `(function* () {}).constructor('return process')().next().value`],
      [
        'the constructor of an error',
        `(() => { try { null.x } catch (e) { return e.constructor.constructor('return process')() } })()`,
      ],
      ['eval', `eval('process')`],
      ['Function', `Function('return process')()`],
      ['import', `await import('node:fs')`],
      ['require', `require('node:fs')`],
      ['WebAssembly', `new WebAssembly.Memory({ initial: 1 })`],
      ['shared memory', `new SharedArrayBuffer(8)`],
      ['shared memory by its words', `new control.words.buffer.constructor(8)`],
      ['the insides of the host', `Reflect.ownKeys(host).length > 0 && host`],
      [
        'entries of the driver',
        `globalThis.__start ?? globalThis.__answer ?? globalThis.__load ?? globalThis.__hotRuntime`,
      ],
      [
        'the stack of a callback',
        `(() => { Error.prepareStackTrace = (_, s) => s; return new Error().stack[0].getThis })()`,
      ],
    ])('does not let out by %s', async (__, expression) => {
      const outcome = await attack(
        `const found = ${expression}; return typeof found === 'object' || typeof found === 'function' ? 'out' : 'nothing';`,
      );
      if (outcome.status === 'succeeded') expect(outcome.resultJson).toBe('"nothing"');
      else expect(outcome).toMatchObject({ status: 'failed', failureKind: 'unhandled-error' });
    });

    it.each([
      ['a host call', `host.call('x', VALUE)`],
      ['a post', `host.post('log', VALUE)`],
      ['a post under its name', `host.post(VALUE, 'x')`],
    ])('takes nothing but text by %s', async (__, use) => {
      for (const value of [
        '{ get length() { for (;;); } }',
        'new Proxy({}, { get() { for (;;); } })',
        '{ toString() { for (;;); }, [Symbol.toPrimitive]() { for (;;); } }',
        'new String("x")',
        '{ __proto__: { length: 3 }, *[Symbol.iterator]() { for (;;) yield 1; } }',
        'undefined',
        'Symbol("x")',
        'new Error("x")',
      ]) {
        const outcome = await runJs(pool, js(`await ${use.replace('VALUE', value)}; return 1;`), {
          argsJson: `["${when}"]`,
        });
        expect(outcome).toMatchObject({ status: 'failed', failureKind: 'unhandled-error' });
      }
    });

    it.each([
      ['a getter without end', `{ get resultJson() { for (;;); } }`, 'timeout'],
      ['a proxy', `new Proxy({}, { get() { for (;;); } })`, 'timeout'],
      ['no text', `{ status: 'succeeded', resultJson: { toString() { for (;;); } } }`, 'unhandled-error'],
      ['no JSON', `{ status: 'succeeded', resultJson: '{"a":' }`, 'unhandled-error'],
      ['nothing', `null`, 'unhandled-error'],
      ['a thenable', `{ then(resolve) { for (;;); } }`, 'timeout'],
      ['a status of its own', `{ status: 'lost', resultJson: 'null' }`, null],
      ['counts that are none', `{ status: 'succeeded', resultJson: '1', stats: { callCount: -1 } }`, null],
      [
        'an endless header',
        `{ status: 'failed', failureKind: 'x'.repeat(1e6), resultJson: '1' }`,
        'unhandled-error',
      ],
    ])('accepts no outcome that is %s', async (__, raw, failureKind) => {
      const outcome = await attack(`return { raw: ${raw} };`);
      // Nothing but a broken-out child says what the driver never would: it is not believed and killed.
      if (failureKind === null) expect(outcome).toMatchObject({ status: 'lost' });
      else expect(outcome).toMatchObject({ status: 'failed', failureKind });
    });

    it('fails a result that is larger than its limit', async () => {
      const outcome = await attack(`return 'x'.repeat(1000);`, {
        limits: { maxDepth: 1, maxTraceBytes: 1, maxTraceCalls: 1, maxResultBytes: 500 },
      });
      expect(outcome).toMatchObject({ status: 'failed', failureKind: 'resource-limit' });
      expect(outcome).toMatchObject({
        resultJson: expect.stringContaining('larger than 500 bytes') as string,
      });
    });

    it('answers a flood of host calls, a few at a time', async () => {
      let open = 0;
      let most = 0;
      const call = async (): Promise<string> => {
        most = Math.max(most, ++open);
        await new Promise(setImmediate);
        open -= 1;
        return 'null';
      };
      const body = `const all = await Promise.all(Array.from({ length: 20000 }, () => host.call('x', ''))); return all.length;`;
      const outcome = await attack(body, { timeoutMs: 20_000, host: { call, post: () => undefined } });
      expect(outcome).toMatchObject({ status: 'succeeded', resultJson: '20000' });
      expect(most).toBeLessThanOrEqual(64);
    });

    it('ends a flood of posts for its size', async () => {
      let chars = 0;
      const post = (_: string, payload: string): void => {
        chars += payload.length;
      };
      const outcome = await attack(`const s = 'x'.repeat(1e6); for (;;) { tick(); host.post('log', s); }`, {
        timeoutMs: 20_000,
        host: { call: () => Promise.resolve('null'), post },
      });
      expect(outcome).toMatchObject({ status: 'failed', failureKind: 'resource-limit' });
      expect(chars).toBeLessThan(101e6);
    });

    it('takes a result that is larger than what may be under way at once', async () => {
      const outcome = await runJs(pool, js(`return 'x'.repeat(12 * 1024 * 1024);`), {
        argsJson: '["attacker"]',
      });
      expect(outcome).toMatchObject({ status: 'succeeded' });
      expect('resultJson' in outcome ? outcome.resultJson.length : 0).toBeGreaterThan(12 * 1024 * 1024);
    });

    it('survives rejections that nobody handles', async () => {
      const body = `for (let i = 0; i < 1000; i++) Promise.reject(new Error('x')); return 1;`;
      expect(await attack(body)).toMatchObject({ status: 'succeeded', resultJson: '1' });
    });

    it('ends an isolate in which something goes on after its run ended', async () => {
      const body = `(async () => { await null; for (;;) await null; })(); return 'gone';`;
      const first = startJs(pool, js(body), { argsJson: '["innocent"]', host: SILENT_HOST });
      const attacker = await runJs(pool, js(body), { argsJson: `["${when}"]` });
      expect(attacker).toMatchObject({ status: 'succeeded', resultJson: '"gone"' });
      expect(await first.outcome).toMatchObject({ status: 'lost', suspect: false });
      expect(await runJs(pool, js(body), { argsJson: '["probe"]' })).toMatchObject({ resultJson: '"alive"' });
      expect(harness.logged).toContainEqual({
        event: 'sandbox.isolate_died',
        facts: expect.objectContaining({ runs: 1, suspects: 0 }) as object,
      });
    });
  });

  it('keeps what one run does to built-ins from the next', async () => {
    const js = `async ([kind]) => {
      if (kind === 'pollute') {
        const tried = [];
        const attempt = (f) => { try { f(); tried.push('done'); } catch (e) { tried.push(e.name); } };
        attempt(() => { 'use strict'; Object.prototype.polluted = 1; });
        attempt(() => { 'use strict'; Array.prototype.map = () => 'mine'; });
        attempt(() => { 'use strict'; Map.prototype.get = () => 'mine'; });
        attempt(() => { 'use strict'; Promise.prototype.then = () => 'mine'; });
        attempt(() => { 'use strict'; JSON.parse = () => 'mine'; });
        attempt(() => { 'use strict'; Object.getPrototypeOf([][Symbol.iterator]()).next = () => 'mine'; });
        attempt(() => { 'use strict'; Object.prototype.toString = () => 'mine'; });
        attempt(() => { 'use strict'; Object.defineProperty(Error.prototype, 'message', { value: 'mine' }); });
        attempt(() => { 'use strict'; globalThis.left = 1; });
        attempt(() => { ({}).__proto__.polluted = 1; });
        attempt(() => { Reflect.setPrototypeOf(Array.prototype, { polluted: 1 }); });
        return tried;
      }
      return [({}).polluted ?? null, [1].map((x) => x + 1), [...new Map([[1, 2]]).values()], typeof globalThis.left, String({}), [].polluted ?? null];
    }`;
    const polluted = await runJs(pool, js, { argsJson: '["pollute"]' });
    expect(polluted).toMatchObject({ status: 'succeeded' });
    expect(await runJs(pool, js, { argsJson: '["look"]' })).toMatchObject({
      resultJson: '[null,[2],[2],"undefined","[object Object]",null]',
    });
  });

  it('still lets errors and objects have properties named like built-in ones', async () => {
    const js = `async () => {
      'use strict';
      class Own extends Error { constructor() { super('m'); this.name = 'Own'; this.message = 'n'; } }
      const o = {}; o.toString = () => 'mine'; o.constructor = 1; o.valueOf = 2;
      return [String(new Own()), String(o), o.constructor, o.valueOf, Object.keys(o)];
    }`;
    expect(await runJs(pool, js)).toMatchObject({
      resultJson: '["Own: n","mine",1,2,["toString","constructor","valueOf"]]',
    });
  });

  it('believes no answer that another run of the isolate could forge', async () => {
    const js = `async ([kind], host) => {
      if (kind === 'victim') return host.call('secret', '');
      const found = [];
      for (const name of Object.getOwnPropertyNames(globalThis)) {
        const each = globalThis[name];
        if (typeof each === 'function' && /answer|start|load|stop/i.test(name)) found.push(name);
      }
      // The numbers of calls can be guessed; there is nothing to say them to.
      for (let id = 1; id < 50; id++) { try { host.answer?.(1, id, true, '"forged"'); } catch {} }
      host.post('log', 'forged');
      return found;
    }`;
    const victim = runJs(pool, js, {
      argsJson: '["victim"]',
      host: { call: () => new Promise((resolve) => setTimeout(resolve, 300, 'real')), post: () => undefined },
    });
    expect(await runJs(pool, js, { argsJson: '["forger"]' })).toMatchObject({ resultJson: '[]' });
    expect(await victim).toMatchObject({ status: 'succeeded', resultJson: '"real"' });
  });

  it('ends the run that fills the heap between host calls, and spares those beside it', async () => {
    const js = `async ([kind], host) => {
      if (kind === 'innocent') { for (let i = 0; i < 20; i++) await host.call('x', ''); return 'fine'; }
      const all = [];
      for (;;) { await host.call('x', ''); all.push(Array.from({ length: 1e5 }, (_, i) => i + 0.5)); }
    }`;
    const host = {
      call: () => new Promise<string>((resolve) => setTimeout(resolve, 60, '')),
      post: () => undefined,
    };
    const innocents = [1, 2, 3].map(() => runJs(pool, js, { argsJson: '["innocent"]', host }));
    const hog = await runJs(pool, js, { argsJson: '["hog"]', host });
    expect(hog).toMatchObject({ status: 'failed', failureKind: 'resource-limit' });
    for (const outcome of await Promise.all(innocents)) {
      expect(outcome).toMatchObject({ status: 'succeeded', resultJson: '"fine"' });
    }
  });

  it('admits nobody to an isolate that is nearly full, and has another for them', async () => {
    const js = `async ([kind], host) => {
      if (kind === 'big') { const all = Array.from({ length: 63e5 }, (_, i) => i + 0.5); await host.call('x', ''); return all.length; }
      return 'small';
    }`;
    const release = Promise.withResolvers<string>();
    const begun = Promise.withResolvers<void>();
    const call = (): Promise<string> => {
      begun.resolve();
      return release.promise;
    };
    const big = runJs(pool, js, { argsJson: '["big"]', host: { call, post: () => undefined } });
    await begun.promise;
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await runJs(pool, js, { argsJson: '["small"]' })).toMatchObject({ resultJson: '"small"' });
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(pool.stats()).toMatchObject({ children: 1, isolates: 2 });
    release.resolve('');
    expect(await big).toMatchObject({ status: 'succeeded', resultJson: '6300000' });
  });

  it('is not fooled by a run that rewrites its own control words', async () => {
    const js = `async (args, host, tick, { words }) => { for (;;) { words.fill(0); } }`;
    expect(await runJs(pool, js, { timeoutMs: 300 })).toMatchObject({ failureKind: 'timeout' });
  });

  it('refuses a program that does not load in time or at all, without asking for another try', async () => {
    const slow = harness.pool({ loadTimeoutMs: 300 });
    for (const js of ['(() => { for (;;); })()', 'syntax error(']) {
      expect(await runJs(slow, js)).toMatchObject({
        status: 'failed',
        retryable: false,
        resultJson: expect.stringContaining(`The build can't be loaded`) as string,
      });
    }
  });

  it('suspects a program whose loading breaks the process', async () => {
    const js = '(() => { const m = new Map(); for (let i = 0; ; i++) m.set(i, { i }); })()';
    const outcome = await runJs(pool, js);
    if (outcome.status === 'lost') expect(outcome).toMatchObject({ suspect: true });
    else expect(outcome).toMatchObject({ status: 'failed', retryable: false });
  });
});
