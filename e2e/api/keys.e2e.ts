/** Sessions and service keys from outside: made by an API key, used like one, over several processes. */
import { eventually } from '@app/testing';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, SseReader, type Answer } from '../support/api';
import { startPlatform, type Platform } from '../support/platform';
import { PlatformProcess } from '../support/processes';

const FIXTURE = join(__dirname, '../fixtures/sdk');
const EVERYTHING = { '*:*': ['*'] };
/** What others may take to hear of a revocation. */
const HEARD_WITHIN_MS = 1_000;

interface Made {
  readonly session_id: string;
  readonly service_key_id: string;
  readonly token: string;
  readonly metadata: unknown;
  readonly revoked_at: string | null;
  readonly revoked_count: number;
}
interface Body {
  readonly data: Made & readonly Made[];
  readonly error: Readonly<Record<string, unknown>>;
  readonly pagination: { readonly total: number };
}

describe('credentials that an API key makes', () => {
  let platform: Platform;
  let second: string;
  const others: PlatformProcess[] = [];
  let api: string;
  let key: string;

  beforeAll(async () => {
    platform = await startPlatform();
    ({ api, key } = platform);
    [second] = await Promise.all([startAnother(), platform.hot(['deploy'], FIXTURE)]);
  }, 90_000);
  afterAll(async () => {
    await Promise.all(others.map((each) => each.stop()));
    await platform.stop();
  });

  /** Another process of the API; answers its address. */
  async function startAnother(): Promise<string> {
    const port = await freePort();
    const env = { ...platform.env, HOT_API_PORT: `${port}` };
    others.push(await PlatformProcess.start('api', env, platform.folder));
    return `http://127.0.0.1:${port}`;
  }

  const send = (method: string, path: string, body?: unknown, as = key): Promise<Answer<Body>> =>
    call<Body>(api, path, { method, key: as, ...(body === undefined ? {} : { body }) });
  const make = async (path: string, body: object): Promise<Made> => {
    const answer = await send('POST', path, { permissions: EVERYTHING, ...body });
    expect(answer.status).toBe(201);
    return answer.body.data;
  };
  const statusAs = async (token: string, base = api): Promise<number> =>
    (await call(base, '/v1/env', { key: token })).status;
  const refusedWithin = async (ms: number, token: string, base: string): Promise<void> => {
    const deadline = performance.now() + ms;
    while ((await statusAs(token, base)) !== 401) {
      if (performance.now() > deadline) throw new Error(`Still let in after ${ms} ms`);
      await sleep(10);
    }
  };

  describe.each([
    ['sessions', '/v1/sessions', 'session_id'],
    ['service keys', '/v1/service-keys', 'service_key_id'],
  ] as const)('%s', (_, path, id) => {
    it('publish and follow what they may, and are recorded as what they are', async () => {
      const permissions = { 'event:sdk:*': ['create'], 'stream:*': ['read'] };
      const made = await make(path, { permissions });
      const sse = await SseReader.open(api, '/v1/streams/subscribe-with-event', made.token, {
        event_type: 'sdk:echo',
        event_data: { a: 1 },
      });
      const stop = await sse.until((message) => message.type === 'run:stop');
      sse.close();
      expect(stop.run).toMatchObject({ status: 'succeeded', result: { a: 1 } });
      // Access records are written beside the request, not before its answer.
      await eventually(async () => {
        const [access] = await platform.query<Record<string, string | null>>(
          `SELECT a.session_id, a.service_key_id, a.api_key_id FROM hot.run r
             JOIN hot.access a ON a.access_id = r.access_id WHERE r.run_id = $1`,
          [stop.run?.run_id],
        );
        expect(access).toEqual({
          session_id: null,
          service_key_id: null,
          api_key_id: null,
          [id]: made[id],
        });
      });
      expect(await statusAs(made.token)).toBe(403);
    });

    it('can not make or end others [api-15.15]', async () => {
      const { token } = await make(path, {});
      for (const [method, url, body] of [
        ['POST', '/v1/sessions', { permissions: {} }],
        ['GET', '/v1/sessions', undefined],
        ['DELETE', '/v1/sessions', undefined],
        ['POST', '/v1/service-keys', { permissions: {} }],
        ['GET', '/v1/service-keys', undefined],
        ['DELETE', '/v1/service-keys', undefined],
      ] as const) {
        const { status, body: answer } = await send(method, url, body, token);
        expect([method, url, status, answer.error['code']]).toEqual([method, url, 403, 'forbidden']);
      }
    });

    it('are refused at once where they were revoked, and soon everywhere [P5]', async () => {
      const made = await make(path, {});
      expect([await statusAs(made.token), await statusAs(made.token, second)]).toEqual([200, 200]);
      expect((await send('DELETE', `${path}/${made[id]}`)).status).toBe(204);
      expect(await statusAs(made.token)).toBe(401);
      await refusedWithin(HEARD_WITHIN_MS, made.token, second);
    });

    it('are refused when their time is over, and what is open ends then or when they are revoked, in every process [P5]', async () => {
      const open = (base: string, { token }: Made): Promise<SseReader> =>
        SseReader.open(base, '/v1/env/subscribe', token);
      // The first one: its two seconds must not pass before it is opened.
      const expiring = await make(path, { expires_in: 2 });
      const late = await open(second, expiring);
      expect(await statusAs(expiring.token)).toBe(200);
      const [revoked, other] = [await make(path, {}), await make(path, {})];
      const [here, there, spared] = [
        await open(api, revoked),
        await open(second, revoked),
        await open(second, other),
      ];
      await send('DELETE', `${path}/${revoked[id]}`);
      await eventually(() => expect([here.ended, there.ended]).toEqual([true, true]), { timeoutMs: 2_000 });
      await eventually(() => expect(late.ended).toBe(true), { timeoutMs: 5_000 });
      // Also by who remembers them.
      for (const base of [api, second]) await refusedWithin(1_000, expiring.token, base);
      expect(spared.ended).toBe(false);
      spared.close();
    });

    it('rest while their API key is deactivated', async () => {
      const { token } = await make(path, {});
      expect(await statusAs(token)).toBe(200);
      const open = await SseReader.open(second, '/v1/env/subscribe', token);
      await platform.query('UPDATE hot.api_key SET active = false');
      try {
        await refusedWithin(HEARD_WITHIN_MS, token, api);
        await refusedWithin(HEARD_WITHIN_MS, token, second);
        await eventually(() => expect(open.ended).toBe(true), { timeoutMs: 2_000 });
      } finally {
        await platform.query('UPDATE hot.api_key SET active = true');
      }
      expect(await statusAs(token)).toBe(200);
    });

    it('are known to processes that start later', async () => {
      const { token } = await make(path, { metadata: { kept: true } });
      expect(await statusAs(token, await startAnother())).toBe(200);
    }, 40_000);
  });

  it('are a thousand sessions at most per key, counted by all processes together [api-15.18]', async () => {
    await send('DELETE', '/v1/sessions');
    const create = (base: string): Promise<Answer<Body>> =>
      call<Body>(base, '/v1/sessions', { key, body: { permissions: {} } });
    const answers: Answer<Body>[] = [];
    for (let wave = 0; wave < 51; wave += 1) {
      const both = Array.from({ length: 20 }, (_, n) => create(n % 2 === 0 ? api : second));
      answers.push(...(await Promise.all(both)));
    }
    const refused = answers.filter((answer) => answer.status !== 201);
    expect([answers.length - refused.length, refused.length]).toEqual([1_000, 20]);
    for (const { status, body, headers } of refused) {
      expect([status, body.error['code'], body.error['retry_after'], headers.get('retry-after')]).toEqual([
        429,
        'session_limit_exceeded',
        undefined,
        null,
      ]);
    }
    const last = answers.find((answer) => answer.status === 201)?.body.data;
    expect((await send('DELETE', `/v1/sessions/${last?.session_id}`)).status).toBe(204);
    expect([(await create(api)).status, (await create(second)).status]).toEqual([201, 429]);
    expect((await send('GET', '/v1/sessions?limit=1')).body.pagination.total).toBe(1_000);
    expect((await send('DELETE', '/v1/sessions')).body.data).toEqual({ revoked_count: 1_000 });
    expect((await send('DELETE', '/v1/sessions')).body.data).toEqual({ revoked_count: 0 });
  }, 60_000);

  it('leave neither tokens nor what is told about customers in the database or the logs [api-15.30]', async () => {
    const secret = 'customer-4f1c9d';
    const made = [
      await make('/v1/sessions', {}),
      await make('/v1/service-keys', { metadata: { who: secret } }),
    ];
    const patched = await send('PATCH', `/v1/service-keys/${made[1]?.service_key_id}`, {
      metadata: { who: secret, tier: 'gold' },
    });
    expect(patched.body.data.metadata).toEqual({ who: secret, tier: 'gold' });
    for (const { token } of made) expect(await statusAs(token)).toBe(200);
    const hidden = [secret, ...made.map((each) => each.token.slice(-32))];
    const tables = await platform.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'hot' AND c.relkind IN ('r', 'p') AND NOT c.relispartition`,
    );
    for (const text of hidden) {
      for (const { name } of tables) {
        const rows = await platform.query(`SELECT 1 FROM hot."${name}" t WHERE strpos(t::text, $1) > 0`, [
          text,
        ]);
        expect([name, rows.length]).toEqual([name, 0]);
      }
      for (const file of readdirSync(platform.folder).filter((each) => each.endsWith('.log'))) {
        expect(readFileSync(join(platform.folder, file), 'utf8')).not.toContain(text);
      }
    }
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
