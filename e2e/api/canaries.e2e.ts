/** Secrets that are carried to every place that a program reaches, and are looked for wherever somebody might read. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { eventually } from '@app/testing';
import { Redis } from 'ioredis';
import { call, SseReader, type Run } from '../support/api';
import { AppSession } from '../support/app';
import { addressesOf, ask, openAnswer, type OpenAnswer } from '../support/doors';
import { freePort, startPlatform, type Platform } from '../support/platform';

const FIXTURE = join(__dirname, '../fixtures/canary');
const SECRET = 'canary_5e1b77a0c4d9';
const CUSTOMER = 'customer_9c02ab61f3';
const EVENTS = ['print', 'fail', 'cancel', 'misuse', 'halt', 'task', 'plan', 'send'] as const;
/** Runs that have a trace: of the handlers, a retry, two tasks, two schedules, what is sent, a webhook and a tool. */
const TRACED = EVENTS.length + 8;
/** One more makes a schedule, and runs nothing. */
const RUNS = TRACED + 1;

interface Named {
  readonly where: string;
  readonly text: string;
}

describe('canaries', () => {
  let platform: Platform;
  let app: AppSession;
  let feeds: readonly { readonly where: string; readonly text: () => string; readonly close: () => void }[];
  let answers: Named[];
  let runs: readonly Run[];
  let sessionToken: string;
  let webhookToken: string;
  const ports = new Map<string, number>();

  beforeAll(async () => {
    ports.set('worker', await freePort());
    platform = await startPlatform({
      withApp: true,
      env: { HOT_WORKER_HEALTH_PORT: `${ports.get('worker')}` },
    });
    const { api, key } = platform;
    await platform.hot(['deploy'], FIXTURE);
    await call(api, '/v1/projects/canary/context', { key, body: { key: 'canary', value: SECRET } });
    const made = async (path: string, body: object): Promise<string> =>
      (await call<{ data: { token: string } }>(api, path, { key, body })).body.data.token;
    sessionToken = await made('/v1/sessions', { permissions: { '*:*': ['*'] } });
    const serviceKey = await made('/v1/service-keys', {
      permissions: { 'mcp:*': ['*'] },
      metadata: { customer: CUSTOMER },
    });
    app = await AppSession.open(platform.app);
    const environment = await SseReader.open(api, '/v1/env/subscribe', sessionToken);
    const watching = await appFeed();
    feeds = [
      { where: 'feed of the environment', text: () => environment.raw, close: () => environment.close() },
      { where: 'feed of the app', ...watching },
    ];
    answers = [];
    const note = (where: string, text: string): void => {
      answers.push({ where, text });
    };
    for (const each of EVENTS) {
      const sse = await SseReader.open(api, '/v1/streams/subscribe-with-event', sessionToken, {
        event_type: `canary:${each}`,
        event_data: null,
      });
      await sse.until(({ type }) => ['run:stop', 'run:fail', 'run:cancel'].includes(type), 30_000);
      note(`stream of ${each}`, sse.raw);
      sse.close();
    }
    const [address = ''] = Object.values(await addressesOf(platform));
    webhookToken = address.slice(-12);
    note('answer of the webhook', (await ask(api, address, { body: '{}' })).text);
    const tool = await ask(api, '/mcp/local/development/canary', {
      headers: {
        authorization: `Bearer ${serviceKey}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'canary_leaks_telling', arguments: { word: 'a' } },
      }),
    });
    note('answer of the tool', tool.text);
    runs = await eventually(
      async () => {
        const { body } = await call<{ data: Run[] }>(api, '/v1/runs?limit=100', { key });
        const tasks = await platform.query<{ run_id: string }>(
          'SELECT run_id FROM hot.run WHERE run_type = 7',
        );
        const ended = tasks.map(({ run_id }) => ({ run_id, status: 'ended' }) as Run);
        const all = [
          ...body.data.filter(({ run_id: id }) => !tasks.some((task) => task.run_id === id)),
          ...ended,
        ];
        return all.length >= RUNS && all.every(({ status }) => status !== 'running') && all;
      },
      { timeoutMs: 30_000 },
    );
  }, 150_000);
  afterAll(async () => {
    for (const feed of feeds ?? []) feed.close();
    await platform.stop();
  });

  async function appFeed(): Promise<OpenAnswer> {
    return openAnswer(platform.app, '/admin/v1/orgs/local/envs/development/live', app.headers);
  }

  const clean = (found: readonly Named[], ...secrets: readonly string[]): void => {
    expect(found.length).toBeGreaterThan(0);
    const told = found.filter(({ text }) => secrets.some((secret) => text.includes(secret)));
    expect(told.map(({ where }) => where)).toEqual([]);
  };

  it('arrived wherever they were sent: what is looked for was there', async () => {
    const results = runs.map(({ result }) => JSON.stringify(result));
    // What was sent, and each of two schedules, compares its own with the real one.
    expect(results.filter((text) => text?.includes('"is-same":true'))).toHaveLength(3);
    const tasks = await platform.query<{ result: string; checkpoint: string | null }>(
      'SELECT result, checkpoint FROM hot.task ORDER BY task_id',
    );
    expect(tasks.map(({ result, checkpoint }) => [JSON.parse(result) as unknown, checkpoint])).toEqual([
      [
        {
          'is-same': true,
          key: '<secret>',
          message: { key: '<secret>', inside: '<secret>' },
          restored: { seen: [{ key: '<secret>', inside: '<secret>' }, '<secret>'] },
        },
        '{"seen":[{"key":"<secret>","inside":"<secret>"},"<secret>"]}',
      ],
      [{ message: { key: '<secret>' }, length: SECRET.length }, null],
    ]);
    expect(answers.filter(({ text }) => text.includes('<secret>')).length).toBeGreaterThanOrEqual(6);
  });

  it('are in no answer and in no error [P1]', async () => {
    const { api, key } = platform;
    const asked: Named[] = [...answers];
    for (const path of ['/v1/runs?limit=100', '/v1/events?limit=100', '/v1/schedules', '/v1/streams']) {
      asked.push({ where: path, text: (await call(api, path, { key })).text });
    }
    for (const { run_id: id } of runs)
      asked.push({ where: `run ${id}`, text: (await call(api, `/v1/runs/${id}`, { key })).text });
    for (const { event_id: id } of runs.filter((run) => typeof run.event_id === 'string'))
      asked.push({ where: `event ${id}`, text: (await call(api, `/v1/events/${id}`, { key })).text });
    const tasks = await platform.query<{ task_id: string }>('SELECT task_id FROM hot.task');
    for (const { task_id: id } of tasks)
      asked.push({ where: `task ${id}`, text: (await call(api, `/v1/tasks/${id}`, { key })).text });
    asked.push({
      where: 'refused token',
      text: (await call(api, '/v1/runs', { key: `${sessionToken}x` })).text,
    });
    clean(asked, SECRET, sessionToken, CUSTOMER);
    expect(tasks.length).toBeGreaterThan(0);
  });

  it('are in no trace and in nothing that was printed [P1]', async () => {
    const segments = await platform.query<{ data: Buffer }>('SELECT data FROM hot.trace_segment');
    const stored = segments.map(({ data }, i) => ({
      where: `segment ${i}`,
      text: (data[0] === 2 ? zstdDecompressSync(data.subarray(1)) : data.subarray(1)).toString('latin1'),
    }));
    const short = await platform.query<{ trace: string }>(
      'SELECT trace FROM hot.run WHERE trace IS NOT NULL',
    );
    expect(stored.length + short.length).toBeGreaterThanOrEqual(TRACED);
    const shown: Named[] = short.map(({ trace }, i) => ({ where: `trace ${i}`, text: trace }));
    for (const { run_id: id } of runs) {
      for (const part of ['', '/logs'])
        shown.push({ where: `${id}${part}`, text: JSON.stringify(await app.get(`/runs/${id}${part}`)) });
    }
    expect(shown.some(({ text }) => text.includes('printed <secret>'))).toBe(true);
    clean([...stored, ...shown], SECRET, CUSTOMER);
  });

  it('are in no feed [P1]', () => {
    for (const { where, text } of feeds) expect([where, text().length > 1_000]).toEqual([where, true]);
    clean(
      feeds.map(({ where, text }) => ({ where, text: text() })),
      SECRET,
      CUSTOMER,
      webhookToken,
    );
  });

  it('are in no metric', async () => {
    const asked: Named[] = [];
    for (const base of [platform.api, platform.app, `http://127.0.0.1:${ports.get('worker')}`]) {
      const answer = await ask(base, '/metrics', { method: 'GET' });
      expect([base, answer.status]).toEqual([base, 200]);
      asked.push({ where: base, text: answer.text });
    }
    expect(asked.every(({ text }) => text.includes('# TYPE'))).toBe(true);
    clean(asked, SECRET, CUSTOMER, webhookToken, sessionToken);
  });

  it('are in no log [P1, P7]', () => {
    const files = readdirSync(platform.folder).filter((name) => name.endsWith('.log'));
    clean(
      files.map((where) => ({ where, text: readFileSync(join(platform.folder, where), 'utf8') })),
      SECRET,
      CUSTOMER,
      webhookToken,
      sessionToken,
    );
  });

  it('are nowhere in the database nor in Redis, not even in bytes [P1]', async () => {
    const columns = await platform.query<{ name: string; bytes: readonly string[] | null }>(
      `SELECT c.relname AS name, array_agg(a.attname::text) FILTER (WHERE a.atttypid = 'bytea'::regtype) AS bytes
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE n.nspname = 'hot' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0
          AND NOT a.attisdropped
        GROUP BY c.relname`,
    );
    const holds = async (text: string): Promise<readonly string[]> => {
      const found: string[] = [];
      for (const { name, bytes } of columns) {
        const inBytes = (bytes ?? []).map((column) => ` OR position($1::text::bytea IN t."${column}") > 0`);
        const rows = await platform.query(
          `SELECT 1 FROM hot."${name}" t WHERE strpos(t::text, $1) > 0${inBytes.join('')} LIMIT 1`,
          [text],
        );
        if (rows.length > 0) found.push(name);
      }
      return found;
    };
    for (const secret of [SECRET, CUSTOMER, sessionToken.slice(-32)]) expect(await holds(secret)).toEqual([]);
    expect(await holds('canary:print')).toContain('event');

    const redis = new Redis(platform.env['REDIS_URL'] ?? '');
    try {
      const kept: Named[] = [];
      for (const name of await redis.keys(`*${platform.env['HOT_REDIS_PREFIX']}*`)) {
        kept.push({ where: name, text: name + ((await redis.dumpBuffer(name))?.toString('latin1') ?? '') });
      }
      clean(kept, SECRET, CUSTOMER, webhookToken, sessionToken);
    } finally {
      redis.disconnect();
    }
  });
});
