/** Webhooks from outside: what arrives, what is answered, and who is let in. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@app/testing';
import { call, type Answer } from '../support/api';
import { addressesOf, ask, type RawAnswer, type RawRequest } from '../support/doors';
import { startPlatform, type Platform } from '../support/platform';

const FIXTURE = join(__dirname, '../fixtures/doors');
const NOT_FOUND = { code: 'not_found', message: 'Webhook endpoint not found' };
type Row = Readonly<Record<string, unknown>>;

describe('webhooks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hot-doors-'));
  let platform: Platform;
  let addresses: Readonly<Record<string, string>>;

  beforeAll(async () => {
    cpSync(FIXTURE, folder, { recursive: true });
    platform = await startPlatform({
      env: {
        HOT_WEBHOOK_TIMEOUT: '5s',
        HOT_API_PUBLIC_ORG_RATE_LIMIT_MODE: 'enforce',
        HOT_API_PUBLIC_ORG_INFLIGHT_LIMIT: '2',
      },
    });
    await platform.hot(['deploy'], folder);
    addresses = await addressesOf(platform);
  }, 90_000);
  afterAll(async () => {
    await platform.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const at = (name: string): string => {
    const address = addresses[name];
    if (address === undefined) throw new Error(`nothing is declared at ${name}`);
    return address;
  };
  const hook = (name: string, options: RawRequest = {}, tail = ''): Promise<RawAnswer> =>
    ask(platform.api, at(name) + tail, { method: name.split(' ')[0] ?? 'POST', ...options });
  const post = (
    name: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RawAnswer> =>
    hook(name, { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } });
  const api = <T>(method: string, path: string, body?: unknown, key = platform.key): Promise<Answer<T>> =>
    call<T>(platform.api, path, { method, key, ...(body === undefined ? {} : { body }) });
  const mirror = async (options: RawRequest, tail = ''): Promise<Row> => {
    const answer = await hook('POST shop/mirror', options, tail);
    expect(answer.status).toBe(200);
    return answer.body as Row;
  };

  describe('hand the request on', () => {
    it('with everything that came', async () => {
      const tail = '?a=1&b=x%20y&a=2&c';
      const seen = await mirror(
        {
          body: '{"amount":12}',
          headers: {
            'content-type': 'application/json',
            'X-Many': ['one', 'two'],
            cookie: 'sid=abc',
            authorization: 'Basic Zm9v',
            'x-sig': 's3cret-signature',
            'x-forwarded-for': '203.0.113.9, 10.0.0.1',
            'x-forwarded-proto': 'https',
            'x-forwarded-host': 'hooks.example.com:443',
          },
        },
        tail,
      );
      expect(seen).toMatchObject({
        method: 'POST',
        url: '/webhook/local/development/shop/mirror',
        'original-url': createHash('sha256')
          .update(`https://hooks.example.com${at('POST shop/mirror')}${tail}`)
          .digest('hex'),
        query: { a: '2', b: 'x y', c: '' },
        body: { amount: 12 },
        'body-raw': '{"amount":12}',
        'has-bytes': false,
        ip: '203.0.113.9',
        auth: null,
        same: true,
      });
      expect(seen['headers']).toMatchObject({ 'x-many': 'one, two', 'content-type': 'application/json' });
    });

    it.each([
      ['nothing', '', null, ''],
      ['text', 'hello=1', 'hello=1', 'hello=1'],
      ['a text that is JSON', '"x"', 'x', '"x"'],
      ['a number', ' 7 ', 7, ' 7 '],
      ['JSON that is no JSON', '{"a":}', '{"a":}', '{"a":}'],
      ['characters of all kinds', '{"ü":"😀\\u0000"}', { ü: '😀\u0000' }, '{"ü":"😀\\u0000"}'],
    ])('whose body is %s [api-15.59]', async (_what, body, expected, raw) => {
      const seen = await mirror({ body });
      expect([seen['body'], seen['body-raw'], seen['has-bytes']]).toEqual([expected, raw, false]);
    });

    it('with the bytes of a body that is no text', async () => {
      const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x41]);
      expect((await mirror({ body: bytes }))['has-bytes']).toBe(true);
      const { body } = await hook('POST shop/weigh', { body: bytes });
      expect(body).toEqual({ length: 5, digest: createHash('sha256').update(bytes).digest('hex') });
    });

    it('with numbers as long as they are', async () => {
      const answer = await hook('POST shop/plain', {
        body: '{"big":12345678901234567890,"d":0.10,"2":1,"1":2}',
      });
      expect(answer.text).toBe('{"big":12345678901234567890,"d":0.10,"2":1,"1":2}');
    });

    it('of five mebibytes, to the byte', async () => {
      const body = Buffer.alloc(5 * 1024 * 1024, 'a line of text "quoted"\r\n');
      const answer = await hook('POST shop/weigh', { body });
      const digest = createHash('sha256').update(body).digest('hex');
      expect(answer.body).toEqual({ length: body.length, digest });
    });

    it('but not one of more than ten', async () => {
      const answer = await hook('POST shop/weigh', { body: Buffer.alloc(10 * 1024 * 1024 + 1, 'x') });
      expect(answer.status).toBe(413);
      expect(answer.body).toMatchObject({ error: { code: 'payload_too_large' } });
    });
  });

  describe('answer', () => {
    it.each([
      ['a plain value', 'POST shop/plain', { a: [1, null] }, 200, '{"a":[1,null]}', 'application/json'],
      ['a text', 'POST shop/plain', 'hi', 200, '"hi"', 'application/json'],
      ['nothing', 'POST shop/plain', null, 200, 'null', 'application/json'],
      ['a map with a status', 'POST shop/plain', { status: 201, body: 1 }, 201, '1', 'application/json'],
      [
        'a map with a status that is none',
        'POST shop/plain',
        { status: 'paid' },
        200,
        'null',
        'application/json',
      ],
      ['what a type says', 'POST shop/typed', 1, 200, '{"name":"lamp","price":12.50}', 'application/json'],
      [
        'a status and a body',
        'POST shop/answer',
        { status: 418, body: { short: true } },
        418,
        '{"short":true}',
        'application/json',
      ],
      ['a status alone', 'POST shop/answer', { status: 202 }, 202, 'null', 'application/json'],
      ['a status beyond all', 'POST shop/answer', { status: 700, body: 1 }, 200, '1', 'application/json'],
      [
        'a text of another type',
        'POST shop/answer',
        { headers: { 'Content-Type': 'text/plain' }, body: 'hi' },
        200,
        'hi',
        'text/plain',
      ],
      [
        'a page',
        'POST shop/answer',
        { headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<p>ü' },
        200,
        '<p>ü',
        'text/html; charset=utf-8',
      ],
      [
        'problem JSON',
        'POST shop/answer',
        { headers: { 'content-type': 'application/problem+json' }, body: 'x' },
        200,
        '"x"',
        'application/problem+json',
      ],
    ])('%s', async (_what, name, body, status, text, type) => {
      const answer = await post(name, body);
      expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([status, text, type]);
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    });

    it.each([204, 304])('%d without a body', async (status) => {
      const answer = await post('POST shop/answer', { status, body: 'x' });
      expect([answer.status, answer.text]).toEqual([status, '']);
    });

    it('bytes', async () => {
      const answer = await post('POST shop/bytes', { text: 'ab' });
      expect([answer.headers['content-type'], answer.bytes]).toEqual(['image/x-test', Buffer.from('ab')]);
    });

    it('redirects and headers, but none that are not the program’s to give or would end the line', async () => {
      const answer = await post('POST shop/answer', {
        status: 302,
        headers: {
          Location: 'https://example.com/next',
          'X-Ref': 'p-19',
          'Set-Cookie': ['a=1', 'b=2'],
          'x-evil': 'a\r\nx-injected: 1',
          'bad name': 'x',
          'x-number': 7,
          'content-length': '3',
          'transfer-encoding': 'chunked',
          connection: 'upgrade',
          'x-request-id': 'mine',
        },
        body: { queued: true },
      });
      expect(answer.status).toBe(302);
      expect(answer.headers).toMatchObject({
        location: 'https://example.com/next',
        'x-ref': 'p-19',
        'set-cookie': ['a=1', 'b=2'],
        'content-length': '15',
      });
      expect(answer.headers['x-request-id']).not.toBe('mine');
      for (const name of ['x-evil', 'x-injected', 'bad name', 'x-number', 'transfer-encoding']) {
        expect(answer.headers).not.toHaveProperty(name);
      }
      expect(answer.headers.connection).not.toBe('upgrade');
      expect(answer.body).toEqual({ queued: true });
    });

    it('500 for what failed or was cancelled, without a word why [api-15.59]', async () => {
      const failed = await post('POST shop/fail', {});
      expect([failed.status, failed.text]).toEqual([500, '{"error":"Webhook function execution failed"}']);
      const cancelled = await post('POST shop/cancel', {});
      expect([cancelled.status, cancelled.text]).toEqual([500, '{"error":"Execution cancelled"}']);
    });

    it('504 in time, and the run goes on [api-15.59]', async () => {
      const began = performance.now();
      const answer = await post('POST shop/slow', { ms: 6_000, mark: 'late' });
      expect([answer.status, answer.text]).toEqual([504, '{"error":"Webhook function timed out after 5s"}']);
      expect(performance.now() - began).toBeLessThan(5_900);
      await eventually(async () => (await doneMarks()).includes('late'), { timeoutMs: 8_000 });
    }, 20_000);

    it('nobody who hangs up, and the run goes on', async () => {
      const abort = new AbortController();
      const gone = post('POST shop/slow', { ms: 800, mark: 'hung-up' });
      gone.catch(() => undefined);
      const cut = hook('POST shop/slow', { body: '{"ms":800,"mark":"cut"}', signal: abort.signal });
      setTimeout(() => abort.abort(), 300);
      await expect(cut).rejects.toThrow('aborted');
      await eventually(async () => (await doneMarks()).includes('cut'), { timeoutMs: 8_000 });
      await gone;
    });

    it('their own result, whatever else happens in their stream', async () => {
      expect((await post('POST shop/chain', { x: 1 })).body).toEqual({ own: true });
    });
  });

  async function doneMarks(): Promise<readonly unknown[]> {
    const rows = await platform.query<{ event_data: string }>(
      `SELECT event_data FROM hot.event WHERE event_type = 'doors:done'`,
    );
    return rows.map((row) => (JSON.parse(row.event_data) as Row)['mark']);
  }

  describe('have addresses', () => {
    it.each([
      ['GET shop/thing', '?a=1', { verb: 'GET', q: { a: '1' } }],
      ['PUT shop/thing', '', { verb: 'PUT', body: null }],
      ['PATCH shop/thing', '', { verb: 'PATCH' }],
      ['GET shop/', '', 'root'],
      ['GET shop/', '/', 'root'],
      ['POST shop/plain', '/', null],
    ])('%s%s', async (name, tail, expected) => {
      const answer = await hook(name, {}, tail);
      expect([answer.status, answer.body]).toEqual([200, expected]);
    });

    it('one for each method', async () => {
      expect((await hook('DELETE shop/thing')).status).toBe(204);
    });

    it('that say the same of everything that is wrong with them [api-15.59]', async () => {
      const right = at('POST shop/plain');
      const token = right.split('/').at(-1) ?? '';
      const wrong: readonly (readonly [string, string])[] = [
        ['POST', right.replace(token, '000000000000')],
        ['POST', right.replace(token, token.slice(1))],
        ['POST', right.replace(token, `${token}0`)],
        ['POST', right.replace(`/${token}`, '')],
        ['POST', right.replace('/plain', '/Plain')],
        ['POST', right.replace('/shop/', '/shops/')],
        ['POST', right.replace('/development/', '/nowhere/')],
        ['POST', right.replace('/local/', '/nobody/')],
        ['POST', `${right}//`],
        ['POST', right.replace('plain', '%00')],
        ['POST', at('POST shop/mirror').replace(/[^/]+$/, token)],
        ['POST', '/webhook/local/development/shop'],
        ['GET', right],
        ['PUT', right],
        ['OPTIONS', right],
        ['HEAD', at('GET shop/thing')],
      ];
      for (const [method, path] of wrong) {
        const answer = await ask(platform.api, path, { method });
        expect([method, path, answer.status]).toEqual([method, path, 404]);
        if (method !== 'HEAD') {
          const { request_id: _id, ...error } = (answer.body as { error: Row }).error;
          expect([path, error]).toEqual([path, NOT_FOUND]);
        }
      }
    });

    it('at which nobody else’s method or path runs anything', async () => {
      const [before] = await platform.query<{ n: string }>(
        `SELECT count(*) AS n FROM hot.event WHERE source = 5`,
      );
      await ask(platform.api, at('GET shop/thing'), { method: 'HEAD' });
      await ask(platform.api, at('GET shop/thing'), { method: 'OPTIONS' });
      const [after] = await platform.query<{ n: string }>(
        `SELECT count(*) AS n FROM hot.event WHERE source = 5`,
      );
      expect(after).toEqual(before);
    });

    it('that survive deployments [B9]', async () => {
      const source = join(folder, 'hot/src/hooks.hot');
      const text = readFileSync(source, 'utf8');
      for (const note of ['// 1', '// 2', '// 3']) {
        writeFileSync(source, `${text}\n${note}\n`);
        await platform.hot(['deploy'], folder);
      }
      expect(await addressesOf(platform)).toEqual(addresses);
      expect((await hook('GET shop/')).body).toBe('root');
    }, 60_000);

    it('that come back with an earlier build, and so does all that it declares [B9, B10]', async () => {
      const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
      const declared = async (): Promise<unknown> => ({
        addresses: await addressesOf(platform),
        handlers: (await api<{ data: Row[] }>('GET', '/v1/projects/doors/event-handlers')).body.data.map(
          ({ build_id, event_type, ns, var: name }) => ({ build_id, event_type, ns, name }),
        ),
        tools: (
          await ask(platform.api, '/mcp/local/development/stock', {
            body: JSON.stringify(list),
            headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
          })
        ).text,
      });
      const before = await declared();
      expect(JSON.stringify(before)).toMatch(/doors:other.*doors_tools_find_item/);
      const { data: build } = (
        await api<{ data: { build_id: string } }>('GET', '/v1/projects/doors/builds/deployed')
      ).body;
      const without = join(folder, 'without');
      cpSync(join(folder, 'hot.hot'), join(without, 'hot.hot'));
      mkdirSync(join(without, 'hot/src'), { recursive: true });
      writeFileSync(join(without, 'hot/src/nothing.hot'), '::doors::nothing ns\nnothing fn () { 1 }\n');
      await platform.hot(['deploy'], without);
      await eventually(async () => (await hook('GET shop/')).status === 404);
      const meanwhile = await declared();
      expect(meanwhile).toMatchObject({ addresses: {}, handlers: [] });
      expect(JSON.stringify(meanwhile)).not.toContain('doors_tools');
      await platform.hot(['deploy', build.build_id], folder);
      await eventually(async () => (await hook('GET shop/')).body === 'root');
      await eventually(async () => expect(await declared()).toEqual(before));
      // The newest one again: what is switched on is the newest.
      await platform.hot(['deploy'], folder);
    }, 60_000);

    it('that are gone while their project is switched off', async () => {
      expect((await api('POST', '/v1/projects/doors/deactivate')).status).toBe(200);
      await eventually(async () => (await hook('GET shop/')).status === 404);
      expect((await api('POST', '/v1/projects/doors/activate')).status).toBe(200);
      await eventually(async () => (await hook('GET shop/')).status === 200, { timeoutMs: 15_000 });
    }, 30_000);
  });

  describe('that ask for a credential', () => {
    const guarded = (token: string | null): Promise<RawAnswer> =>
      hook('POST vip/inner/room', token === null ? {} : { headers: { authorization: `Bearer ${token}` } });
    const serviceKey = async (
      permissions: object,
      extra: object = {},
    ): Promise<{ token: string; id: string }> => {
      const made = await api<{ data: { token: string; service_key_id: string } }>(
        'POST',
        '/v1/service-keys',
        {
          permissions,
          ...extra,
        },
      );
      expect(made.status).toBe(201);
      return { token: made.body.data.token, id: made.body.data.service_key_id };
    };

    it.each([
      ['its own address', { 'webhook:vip/inner/room': ['execute'] }, 200],
      ['a pattern', { 'webhook:vip/*': ['execute'] }, 200],
      ['all webhooks', { 'webhook:*': ['*'] }, 200],
      ['the service', { 'webhook:vip': ['execute'] }, 200],
      ['everything', { '*:*': ['*'] }, 200],
      ['another address', { 'webhook:vip/inner': ['execute'] }, 403],
      ['another service', { 'webhook:shop': ['execute'] }, 403],
      ['tools only', { 'mcp:*': ['execute'] }, 403],
    ])('let in a key for %s or not', async (_what, permissions, status) => {
      const { token } = await serviceKey(permissions);
      const answer = await guarded(token);
      expect(answer.status).toBe(status);
      if (status === 403) expect(answer.body).toMatchObject({ error: { code: 'forbidden' } });
    });

    it('refuse nobody, nonsense and the revoked [api-15.59]', async () => {
      for (const token of [null, 'nonsense', `${'0'.repeat(32)}_${'0'.repeat(32)}`]) {
        const answer = await guarded(token);
        expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
      }
      const { token, id } = await serviceKey({ 'webhook:*': ['execute'] });
      expect((await guarded(token)).status).toBe(200);
      expect((await api('DELETE', `/v1/service-keys/${id}`)).status).toBe(204);
      expect((await guarded(token)).status).toBe(401);
    });

    it('refuse children of a key that is switched off', async () => {
      const { token } = await serviceKey({ 'webhook:*': ['execute'] });
      await platform.query(`UPDATE hot.api_key SET active = false`);
      await eventually(async () => (await guarded(token)).status === 401);
      await platform.query(`UPDATE hot.api_key SET active = true`);
      await eventually(async () => (await guarded(token)).status === 200);
    });

    it('refuse a key of another environment', async () => {
      const { token } = await serviceKey({ '*:*': ['*'] });
      await platform.query(
        `INSERT INTO hot.env (env_id, org_id, name) SELECT gen_random_uuid(), org_id, 'elsewhere' FROM hot.org LIMIT 1`,
      );
      await platform.query(
        `UPDATE hot.webhook SET env_id = (SELECT env_id FROM hot.env WHERE name = 'elsewhere') WHERE service = 'vip'`,
      );
      await platform.query(
        `UPDATE hot.project SET env_id = (SELECT env_id FROM hot.env WHERE name = 'elsewhere') WHERE name = 'doors'`,
      );
      try {
        const path = at('POST vip/inner/room').replace('/development/', '/elsewhere/');
        const answer = await ask(platform.api, path, { headers: { authorization: `Bearer ${token}` } });
        expect(answer.status).toBe(403);
      } finally {
        for (const table of ['webhook', 'project']) {
          await platform.query(
            `UPDATE hot.${table} SET env_id = (SELECT env_id FROM hot.env WHERE name = 'development')`,
          );
        }
        await platform.query(`UPDATE hot.env SET runtime_revision = runtime_revision + 1`);
      }
    });

    it('look at the address first', async () => {
      const answer = await ask(platform.api, at('POST vip/inner/room').replace(/[^/]+$/, '000000000000'));
      expect(answer.status).toBe(404);
    });

    it('tell the program who called, and the records which credential, never the token [api-15.60]', async () => {
      const { token, id } = await serviceKey(
        { 'webhook:*': ['execute'] },
        { name: 'Ada', metadata: { customer: 'c-77', tier: 'pro' } },
      );
      const answer = await guarded(token);
      expect(answer.body).toEqual({
        auth: {
          type: 'service-key',
          'service-key': { id, name: 'Ada', meta: { customer: 'c-77', tier: 'pro' } },
        },
        'from-context': 'service-key',
      });
      const records = await eventually(async () => {
        const rows = await platform.query<{ access_id: string; path: string }>(
          `SELECT access_id, path FROM hot.access WHERE service_key_id = $1`,
          [id],
        );
        return rows.length > 0 && rows;
      });
      expect(records.map(({ path }) => path)).toEqual([
        '/webhook/local/development/vip/inner/room/[redacted]',
      ]);
      const [event] = await platform.query(`SELECT event_type, source FROM hot.event WHERE access_id = $1`, [
        records[0]?.access_id,
      ]);
      expect(event).toEqual({ event_type: 'hot:call', source: 5 });
    });
  });

  it('leave no token, signature or caller in what is stored or shown [P7]', async () => {
    const { token } = (
      await api<{ data: { token: string } }>('POST', '/v1/service-keys', {
        permissions: { 'webhook:*': ['execute'] },
        name: 'Grace Unlikely',
        metadata: { customer: 'unlikely-customer' },
      })
    ).body.data;
    const secrets = {
      authorization: `Bearer ${token}`,
      cookie: 'sid=cookie-of-a-caller',
      'x-sig': 'signature-of-a-caller',
    };
    const { 'x-sig': _undeclared, ...headers } = secrets;
    await hook('POST vip/inner/room', { headers });
    expect((await post('POST shop/leaky', { a: 1 }, secrets)).body).toEqual({ given: true });
    const rows = await platform.query<{ text: string }>(
      `SELECT e::text AS text FROM hot.event e
       UNION ALL SELECT r.trace FROM hot.run r WHERE r.trace IS NOT NULL
       UNION ALL SELECT r.info FROM hot.run r WHERE r.info IS NOT NULL
       UNION ALL SELECT a::text FROM hot.access a`,
    );
    const stored = rows.map(({ text }) => text).join('\n');
    expect(stored).toContain('[redacted]');
    for (const secret of [
      token,
      'cookie-of-a-caller',
      'signature-of-a-caller',
      'unlikely-customer',
      'Grace Unlikely',
    ]) {
      expect([secret, stored.includes(secret)]).toEqual([secret, false]);
    }
    for (const name of ['POST shop/leaky', 'POST vip/inner/room', 'POST shop/mirror']) {
      const end = at(name).split('/').at(-1) ?? '';
      // The row of the address itself is the one place that knows it.
      const without = stored.replaceAll(/"webhook_id":"[^"]*"/g, '');
      expect([name, without.includes(end)]).toEqual([name, false]);
    }
    for (const name of ['api', 'worker']) {
      const log = readFileSync(join(platform.folder, `${name}.log`), 'utf8');
      expect([name, log.includes(at('POST shop/leaky').split('/').at(-1) ?? '')]).toEqual([name, false]);
    }
  });

  describe('of an organization on a plan', () => {
    const limit = (perSecond: number) =>
      platform.query(
        `INSERT INTO hot.org_plan (org_id, plan_uuid, features)
         SELECT o.org_id, p.plan_uuid, jsonb_build_object('rate_limit_rps', $1::int) FROM hot.org o, hot.plan p LIMIT 1`,
        [perSecond],
      );
    afterEach(() => platform.query('DELETE FROM hot.org_plan'));

    const statuses = async (calls: number, name: string, body: unknown): Promise<readonly number[]> =>
      (await Promise.all(Array.from({ length: calls }, () => post(name, body))))
        .map(({ status }) => status)
        .sort();

    it('share its requests per second', async () => {
      expect(await statuses(6, 'POST shop/plain', 1)).toEqual([200, 200, 200, 200, 200, 200]);
      await limit(2);
      const refused = await eventually(async () => {
        const answers = await Promise.all(
          Array.from({ length: 6 }, () => hook('POST shop/plain', { body: '1' })),
        );
        return answers.find(({ status }) => status === 429) ?? false;
      });
      expect(refused.headers['retry-after']).toBe('1');
      expect(refused.body).toMatchObject({ error: { code: 'rate_limit_exceeded', retry_after: 1 } });
    });

    it('have so many calls running at once, and no more', async () => {
      await limit(1_000);
      await eventually(async () => {
        expect(await statuses(3, 'POST shop/slow', { ms: 300 })).toEqual([200, 200, 429]);
      });
    });
  });

  describe('on a custom domain', () => {
    const HOST = 'hooks.customer.example';
    const onDomain = (method: string, path: string): Promise<RawAnswer> =>
      ask(platform.api, path, {
        method,
        headers: { host: HOST },
        ...(method === 'POST' ? { body: '{"a":1}' } : {}),
      });

    beforeAll(async () => {
      await platform.query(
        `INSERT INTO hot.domain (domain_id, env_id, domain, validation_cname_name, validation_cname_value,
                                 verified_at, routing_domain)
         SELECT gen_random_uuid(), env_id, $1, 'n', 'v', now(), 'r' FROM hot.env WHERE name = 'development'`,
        [HOST],
      );
    });

    it('have addresses that begin with their service, and the long ones', async () => {
      const short = at('POST shop/plain').replace('/local/development', '');
      for (const path of [short, at('POST shop/plain')]) {
        const answer = await onDomain('POST', path);
        expect([path, answer.status, answer.text]).toEqual([path, 200, '{"a":1}']);
      }
      expect((await onDomain('GET', at('GET shop/').replace('/local/development', ''))).body).toBe('root');
      const elsewhere = at('POST shop/plain').replace('/development/', '/elsewhere/');
      expect((await onDomain('POST', elsewhere)).status).toBe(404);
    });

    it('and nowhere else', async () => {
      const short = at('POST shop/plain').replace('/local/development', '');
      expect((await ask(platform.api, short, { body: '1' })).status).toBe(404);
    });
  });
});
