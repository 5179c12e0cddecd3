/** Who waits while a worker is killed: a caller of a webhook, one of a tool, and somebody who deploys. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { inRoot } from '../../scripts/lib/paths.mjs';

const run = promisify(execFile);
const HOT = inRoot('dist', 'server', 'apps', 'cli', 'src', 'main.js');
/** So that the calls are under way when the worker is killed, however slow the machine. */
const CALL_MS = 4_000;
/** Longer than a lease lasts: it must be renewed while the run has the processor. */
const COMPUTE_SECONDS = 22;
/** It takes the compiler a while. */
const FUNCTIONS = 9_000;

export class Waiters {
  constructor(cluster) {
    this.cluster = cluster;
  }

  /** Deploys, has a large build uploaded where one is wanted, and begins both calls. */
  async begin({ large = false } = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'hot-waiting-'));
    try {
      cpSync(inRoot('e2e', 'fixtures', 'waiting'), folder, { recursive: true });
      await this.hot(folder, 'deploy');
      if (large) await this.uploadLarge(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
    const [{ webhook_id: id }] = await this.cluster.query(
      `SELECT webhook_id FROM hot.webhook WHERE service = 'waiting' AND build_id IS NOT NULL`,
    );
    const address = `/webhook/local/development/waiting/hook/${id.slice(-12)}`;
    this.hook = this.call(address, { ms: CALL_MS });
    this.tool = this.call('/mcp/local/development/waiting', {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'wait', arguments: { ms: CALL_MS } },
    });
    await this.until('both calls run', async () => (await this.underWay()) === 2, 10_000);
  }

  async uploadLarge(folder) {
    const functions = Array.from({ length: FUNCTIONS }, (_, n) => `f${n} fn (n: Int): Int { add(n, ${n}) }`);
    writeFileSync(
      join(folder, 'hot/src/large.hot'),
      `::waiting::large ns\n\nlarge meta {on-event: "waiting:large"}\nfn (event) { "large" }\n\n${functions.join('\n')}\n`,
    );
    await this.hot(folder, 'build', '--build.dir', join(folder, 'built'));
    const archive = readdirSync(join(folder, 'built')).find((name) => name.endsWith('.hot.zip'));
    this.buildId = await this.upload(readFileSync(join(folder, 'built', archive)));
  }

  /** Asks for the large build, and returns while it is being loaded. */
  async deploy() {
    const asked = await this.call(`/v1/projects/waiting/builds/${this.buildId}/deploy`, {});
    if (asked.status !== 200) throw new Error(`The deployment was answered ${asked.status}: ${asked.text}`);
    await this.until(
      'the build is being loaded',
      async () => (await this.buildStatus()) !== 'pending',
      10_000,
    );
  }

  /** Throws unless the worker was killed in the middle of all of it. */
  async leftAlone() {
    const [status, calls] = [await this.buildStatus(), await this.underWay()];
    if (status !== 'loading' || calls !== 2)
      throw new Error(`${calls} calls were under way and the build was ${status} when the worker was killed`);
  }

  /** A run that computes for longer than the lease of its worker lasts without being renewed. */
  async compute() {
    const event = { event_type: 'waiting:compute', event_data: { seconds: COMPUTE_SECONDS } };
    const answer = await this.call('/v1/events', event);
    if (answer.status !== 201) throw new Error(`An event was answered ${answer.status}`);
    this.computed = JSON.parse(answer.text).data.event_id;
  }

  /** Throws unless both callers are answered as if nothing had happened. */
  async answered() {
    const [hook, tool] = [await this.hook, await this.tool];
    if (hook.status !== 200 || hook.text !== `{"slept":${CALL_MS}}`)
      throw new Error(`the webhook was answered ${hook.status}: ${hook.text}`);
    if (tool.status !== 200 || !tool.text.includes(`${CALL_MS}`) || tool.text.includes('"isError":true'))
      throw new Error(`the tool was answered ${tool.status}: ${tool.text}`);
  }

  /** Throws unless everybody has got what was promised, at the cost of one more run for each call. */
  async end() {
    await this.answered();
    const runs = await this.cluster.query(
      `SELECT function_name AS name, status::int AS status, failure_kind AS kind FROM hot.run
        WHERE function_name IN ('::waiting::doors/hook', '::waiting::doors/tool') ORDER BY 1, run_id`,
    );
    const seen = runs.map(({ name, status, kind }) => `${name.slice(-4)} ${status} ${kind}`).join(', ');
    if (seen !== 'hook 3 worker-lost, hook 2 null, tool 3 worker-lost, tool 2 null')
      throw new Error(`the runs of the calls are ${seen}`);
    await this.until('the build serves', async () => (await this.buildStatus()) === 'ready', 30_000);
    // Handled by what serves now; it is counted with the others.
    await this.call('/v1/events', { event_type: 'waiting:large', event_data: null });
    await this.until('the long run ends', async () => (await this.computation()).length > 0, 60_000);
    const computation = JSON.stringify(await this.computation());
    if (computation !== '[{"status":2,"delivery":1}]')
      throw new Error(`the run that computed for longer than a lease lasts is ${computation}`);
  }

  computation() {
    return this.cluster.query(
      'SELECT status::int AS status, delivery::int AS delivery FROM hot.run WHERE event_id = $1',
      [this.computed],
    );
  }

  async underWay() {
    const [{ n }] = await this.cluster.query(
      `SELECT count(*)::int AS n FROM hot.dispatch d JOIN hot.event e USING (event_id)
        WHERE d.run_id IS NOT NULL AND d.state = 2 AND e.event_data LIKE '%::waiting::doors/%'`,
    );
    return n;
  }

  async buildStatus() {
    const answer = await this.call(`/v1/projects/waiting/builds/${this.buildId}`);
    return JSON.parse(answer.text).data.runtime_status;
  }

  async upload(archive) {
    const body = new FormData();
    body.set('hash', createHash('sha256').update(archive).digest('hex'));
    body.set('file', new Blob([archive]), 'waiting.hot.zip');
    const answer = await this.call('/v1/projects/waiting/builds', body);
    if (answer.status !== 201) throw new Error(`The upload was answered ${answer.status}: ${answer.text}`);
    return JSON.parse(answer.text).data.build_id;
  }

  async call(path, body) {
    const isForm = body instanceof FormData;
    const response = await fetch(this.cluster.api + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${this.cluster.key}`,
        accept: 'application/json, text/event-stream',
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  }

  async until(what, is, withinMs) {
    const from = performance.now();
    while (!(await is())) {
      if (performance.now() - from > withinMs) throw new Error(`not within ${withinMs / 1000} s: ${what}`);
      await sleep(5);
    }
  }

  async hot(cwd, ...args) {
    const env = { PATH: process.env.PATH, HOT_API_URL: this.cluster.api, HOT_API_KEY: this.cluster.key };
    await run(process.execPath, [HOT, ...args], { cwd, env, timeout: 60_000 });
  }
}
