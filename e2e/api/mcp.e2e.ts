/** MCP services from outside: with the protocol's own client, and byte for byte. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type ClientOptions,
} from '@modelcontextprotocol/client';
import { eventually } from '@app/testing';
import { call } from '../support/api';
import { ask, openAnswer, type OpenAnswer, type RawAnswer } from '../support/doors';
import { freePort, startPlatform, type Platform } from '../support/platform';
import { PlatformProcess } from '../support/processes';

const FIXTURE = join(__dirname, '../fixtures/doors');
const MODERN = '2026-07-28';
const META = 'io.modelcontextprotocol/';
type Json = Readonly<Record<string, unknown>>;
interface Rpc {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: Json;
  readonly result?: Json;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

describe('MCP services', () => {
  let platform: Platform;
  let second: string;
  let other: PlatformProcess | undefined;
  let weather: string;

  beforeAll(async () => {
    platform = await startPlatform({
      env: { HOT_MCP_TIMEOUT: '2s', HOT_MCP_ALLOWED_ORIGINS: 'https://Trusted.example' },
    });
    await platform.hot(['deploy'], FIXTURE);
    const port = await freePort();
    other = await PlatformProcess.start('api', { ...platform.env, HOT_API_PORT: `${port}` }, platform.folder);
    second = `http://127.0.0.1:${port}`;
    weather = (await serviceKey({ 'mcp:weather/get-forecast': ['execute'] })).token;
  }, 90_000);
  afterAll(async () => {
    await other?.stop();
    await platform.stop();
  });

  async function serviceKey(permissions: object, extra: object = {}): Promise<{ token: string; id: string }> {
    const made = await call<{ data: { token: string; service_key_id: string } }>(
      platform.api,
      '/v1/service-keys',
      {
        key: platform.key,
        body: { permissions, ...extra },
      },
    );
    expect(made.status).toBe(201);
    return { token: made.body.data.token, id: made.body.data.service_key_id };
  }

  const path = (service: string): string => `/mcp/local/development/${service}`;
  const raw = (
    service: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RawAnswer> =>
    ask(platform.api, path(service), {
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
    });
  const bearer = (token: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${token}` });
  const rpc = (method: string, params?: object, id: unknown = 1): object => ({
    jsonrpc: '2.0',
    id,
    method,
    ...(params === undefined ? {} : { params }),
  });
  const callOf = (name: string, args?: object): object =>
    rpc('tools/call', { name, ...(args === undefined ? {} : { arguments: args }) });
  const modern = (method: string, params: Json = {}, meta: Json = {}): object =>
    rpc(method, {
      ...params,
      _meta: { [`${META}protocolVersion`]: MODERN, [`${META}clientCapabilities`]: {}, ...meta },
    });
  const modernHeaders = (method: string, name?: string): Readonly<Record<string, string>> => ({
    'mcp-protocol-version': MODERN,
    'mcp-method': method,
    ...(name === undefined ? {} : { 'mcp-name': name }),
  });
  /** Messages of an answer, whichever way it came. */
  const messages = ({ text, headers }: RawAnswer): readonly Rpc[] =>
    headers['content-type'] === 'text/event-stream; charset=utf-8'
      ? [...text.matchAll(/^event: message\ndata: (.*)\n\n/gm)].map(
          ([, json = '']) => JSON.parse(json) as Rpc,
        )
      : [JSON.parse(text) as Rpc];
  const last = (answer: RawAnswer): Rpc => messages(answer).at(-1) ?? {};

  describe('with the client of the protocol', () => {
    const connected = async (
      service: string,
      { token, options }: { readonly token?: string; readonly options?: ClientOptions } = {},
    ): Promise<Client> => {
      const client = new Client({ name: 'spec', version: '1' }, options);
      const headers = token === undefined ? {} : bearer(token);
      await client.connect(
        new StreamableHTTPClientTransport(new URL(platform.api + path(service)), {
          requestInit: { headers },
        }),
      );
      return client;
    };

    it.each([
      ['of today', undefined],
      ['of tomorrow', { versionNegotiation: { mode: { pin: MODERN } } }],
    ] as const)('%s: list and call', async (_era, options) => {
      const client = await connected('stock', options === undefined ? {} : { options });
      expect(client.getServerVersion()).toMatchObject({ name: 'hot-mcp' });
      const { tools } = await client.listTools();
      const found = tools.find(({ name }) => name === 'doors_tools_find_item');
      expect(found).toEqual({
        name: 'doors_tools_find_item',
        title: 'Find',
        description: 'Looks up one article.',
        inputSchema: {
          type: 'object',
          properties: {
            sku: { type: 'string' },
            zeta: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
            alpha: { anyOf: [{ type: 'string' }, { type: 'null' }] },
          },
          required: ['sku'],
        },
        outputSchema: { type: 'object' },
        annotations: { readOnlyHint: true },
      });
      const result = await client.callTool({
        name: 'doors_tools_find_item',
        arguments: { alpha: 'a', sku: 'A-7' },
      });
      expect(result.structuredContent).toEqual({ sku: 'A-7', zeta: null, alpha: 'a' });
      expect(result.content).toEqual([
        { type: 'text', text: '{\n  "sku": "A-7",\n  "zeta": null,\n  "alpha": "a"\n}' },
      ]);
      const typed = await client.callTool({ name: 'typed' });
      expect(typed.structuredContent).toEqual({ sku: 'A-7', left: 3 });
      const broken = await client.callTool({ name: 'broken' });
      expect(broken).toMatchObject({ isError: true, content: [{ type: 'text', text: 'out of stock' }] });
      await client.close();
    });

    it('and a key for one tool [api-15.57]', async () => {
      const client = await connected('weather', { token: weather });
      const args = { place: { name: 'Rome' }, unit: 'Celsius' };
      const result = await client.callTool({ name: 'get-forecast', arguments: args });
      expect(result.structuredContent).toMatchObject({ place: 'Rome', days: null });
      await expect(client.callTool({ name: 'other' })).rejects.toMatchObject({ code: -32_602 });
      await client.close();
    });

    it('over the older transport, with answers from another process', async () => {
      const client = new Client({ name: 'spec', version: '1' });
      const headers = bearer(platform.key);
      const transport = new SSEClientTransport(new URL(platform.api + path('stock')), {
        requestInit: { headers },
        eventSourceInit: {
          fetch: (url, init) =>
            fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), ...headers } }),
        },
      });
      await client.connect(transport);
      expect((await client.listTools()).tools.length).toBeGreaterThan(5);
      const result = await client.callTool({ name: 'count', arguments: { to: 9 } });
      expect(result.structuredContent).toEqual({ result: 9 });
      await client.close();
    });
  });

  describe('answer older clients', () => {
    it.each(['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'])('of version %s', async (version) => {
      const answer = await raw('stock', rpc('initialize', { protocolVersion: version }, 'first'));
      expect(answer.status).toBe(200);
      expect(answer.headers).not.toHaveProperty('mcp-session-id');
      expect(answer.body).toEqual({
        jsonrpc: '2.0',
        id: 'first',
        result: {
          protocolVersion: version,
          capabilities: { tools: { listChanged: false }, logging: {} },
          serverInfo: { name: 'hot-mcp', version: expect.any(String) },
        },
      });
    });

    it('of versions that are not known with the preferred one', async () => {
      for (const params of [{ protocolVersion: '1999-01-01' }, {}]) {
        expect((await raw('stock', rpc('initialize', params))).body).toMatchObject({
          result: { protocolVersion: '2025-11-25' },
        });
      }
    });

    it('without credentials or an environment where none are needed', async () => {
      const nowhere = '/mcp/nobody/nowhere/stock';
      const ping = await ask(platform.api, nowhere, { body: JSON.stringify(rpc('ping', undefined, 7)) });
      expect([ping.status, ping.text]).toEqual([200, '{"jsonrpc":"2.0","id":7,"result":{}}']);
      const note = await ask(platform.api, nowhere, {
        body: '{"jsonrpc":"2.0","method":"notifications/initialized"}',
      });
      expect([note.status, note.text]).toEqual([202, '']);
      const list = await ask(platform.api, nowhere, { body: JSON.stringify(rpc('tools/list')) });
      expect([list.status, list.body]).toEqual([
        404,
        { error: expect.objectContaining({ code: 'not_found' }) },
      ]);
    });

    it.each([
      ['no JSON', '{"a', 400, null, -32_700],
      ['a batch', [rpc('ping')], 200, null, -32_600],
      ['another protocol', { id: 3, method: 'ping' }, 200, 3, -32_600],
      ['no method', { jsonrpc: '2.0', id: 3 }, 200, 3, -32_600],
      ['an id that is none', { jsonrpc: '2.0', id: {}, method: 'ping' }, 200, null, -32_600],
      ['a method that there is not', rpc('resources/list'), 200, 1, -32_601],
      ['a tool that there is not', callOf('nothing'), 200, 1, -32_602],
      ['a call without a name', rpc('tools/call', {}), 200, 1, -32_602],
      ['a call without anything', rpc('tools/call'), 200, 1, -32_602],
      ['arguments that are none', rpc('tools/call', { name: 'count', arguments: [1] }), 200, 1, -32_602],
    ])('that send %s', async (_what, body, status, id, code) => {
      const answer = await raw('stock', body);
      expect([answer.status, answer.headers['content-type']]).toEqual([
        status,
        'application/json; charset=utf-8',
      ]);
      expect(answer.body).toMatchObject({ jsonrpc: '2.0', id, error: { code } });
    });

    it('with an empty list for a service that nobody declares', async () => {
      expect((await raw('nothing-here', rpc('tools/list'))).body).toMatchObject({ result: { tools: [] } });
    });

    it('with tools in the order of names, whoever asks', async () => {
      const { result } = (await raw('weather', rpc('tools/list'))).body as {
        result: { tools: readonly Json[] };
      };
      expect(result.tools.map(({ name }) => name)).toEqual(['get-forecast', 'other', 'who-am-i']);
      expect(result.tools[0]).toMatchObject({
        inputSchema: {
          type: 'object',
          properties: {
            place: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
            unit: { enum: ['Celsius', 'Fahrenheit'] },
            days: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
          },
          required: ['place', 'unit'],
        },
      });
      expect(result.tools[1]).toEqual({
        name: 'other',
        inputSchema: { type: 'object', additionalProperties: false },
      });
    });

    it('refusing other methods', async () => {
      const answer = await ask(platform.api, path('stock'), { method: 'DELETE' });
      expect([answer.status, answer.body]).toEqual([
        405,
        { error: expect.objectContaining({ code: 'method_not_allowed' }) },
      ]);
      expect((await ask(platform.api, '/mcp/stock', { body: '{}' })).status).toBe(404);
    });

    it('but no body of more than ten mebibytes', async () => {
      expect((await raw('stock', ' '.repeat(10 * 1024 * 1024 + 1))).status).toBe(413);
    });
  });

  describe('tell', () => {
    it('the beginning, what comes meanwhile, and the end', async () => {
      const answer = await raw('stock', callOf('count', { to: 3 }));
      expect(answer.headers).toMatchObject({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
        'x-request-id': expect.any(String),
      });
      const log = (data: unknown): Rpc =>
        expect.objectContaining({
          method: 'notifications/message',
          params: { level: 'info', logger: 'hot-mcp', data },
        }) as Rpc;
      expect(messages(answer)).toEqual([
        log({ message: "Executing tool 'count'", runId: expect.any(String) }),
        log({ type: 'progress', payload: { at: 1 } }),
        log({ type: 'progress', payload: { at: 2 } }),
        {
          jsonrpc: '2.0',
          id: 1,
          result: { content: [{ type: 'text', text: '3' }], structuredContent: { result: 3 } },
        },
      ]);
    });

    it.each([
      ['say', { text: 'hello' }, [{ type: 'text', text: 'hello' }]],
      [
        'several',
        {},
        [
          { type: 'text', text: 'one' },
          { type: 'text', text: '{\n  "n": 2\n}' },
        ],
      ],
      ['picture', {}, [{ type: 'image', data: 'aGk=', mimeType: 'image/png' }]],
      ['big', { n: null }, [{ type: 'text', text: '{\n  "n": null\n}' }]],
    ])('what %s answers', async (name, args, content) => {
      expect(last(await raw('stock', callOf(name, args))).result?.['content']).toEqual(content);
    });

    it('numbers as long as they are', async () => {
      const body =
        '{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"big","arguments":{"n":12345678901234567890,"more":1}}}';
      const answer = await raw('stock', body);
      expect(answer.text).toContain('"structuredContent":{"n":12345678901234567890}');
    });

    it.each([
      ['broken', 'out of stock'],
      ['called-off', 'nobody is there'],
    ])('why %s did not succeed', async (name, text) => {
      expect(last(await raw('stock', callOf(name))).result).toEqual({
        content: [{ type: 'text', text }],
        isError: true,
      });
    });

    it('that a result does not fit its schema', async () => {
      expect(last(await raw('stock', callOf('wrong'))).error).toMatchObject({ code: -32_603 });
    });

    it('when it takes too long, and the run goes on', async () => {
      const answer = await raw('stock', callOf('slow', { ms: 2_600 }));
      expect(last(answer).error).toMatchObject({
        code: -32_603,
        message: expect.stringMatching(/^Timeout: /),
      });
      const runId = (messages(answer)[0]?.params?.['data'] as { runId: string }).runId;
      await eventually(
        async () => {
          const run = await call<{ data: { status: string; result: unknown } }>(
            platform.api,
            `/v1/runs/${runId}`,
            {
              key: platform.key,
            },
          );
          expect(run.body.data).toMatchObject({ status: 'succeeded', result: 'slept' });
        },
        { timeoutMs: 8_000 },
      );
    });
  });

  describe('let in', () => {
    const status = async (
      service: string,
      tool: string,
      token: string | null,
      args?: object,
    ): Promise<unknown> => {
      const answer = await raw(service, callOf(tool, args), token === null ? {} : bearer(token));
      if (answer.status !== 200) return answer.status;
      const { error, result } = last(answer);
      return error?.code ?? (result === undefined ? 'nothing' : 'ran');
    };

    it('anybody to public tools, and nobody unknown to others [api-15.57]', async () => {
      expect(await status('stock', 'count', null, { to: 1 })).toBe('ran');
      expect(await status('weather', 'other', null)).toBe(401);
      expect(await status('weather', 'other', 'nonsense')).toBe(401);
      expect(await status('stock', 'count', 'nonsense', { to: 1 })).toBe(401);
      expect((await raw('weather', rpc('tools/list'), bearer('nonsense'))).status).toBe(401);
      const basic = await raw('weather', rpc('tools/list'), { authorization: 'Basic Zm9v' });
      expect(basic.status).toBe(200);
    });

    it.each([
      ['one tool', { 'mcp:weather/other': ['execute'] }, 'ran', -32_602],
      ['a pattern', { 'mcp:weather/o*': ['execute'] }, 'ran', -32_602],
      ['the service', { 'mcp:weather/*': ['execute'] }, 'ran', 'ran'],
      ['the bare service', { 'mcp:weather': ['execute'] }, 'ran', 'ran'],
      ['all services', { 'mcp:*': ['*'] }, 'ran', 'ran'],
      ['everything', { '*:*': ['*'] }, 'ran', 'ran'],
      ['another service', { 'mcp:stock/*': ['execute'] }, 403, 403],
      ['a service that begins alike', { 'mcp:weathers': ['execute'] }, 403, 403],
      ['webhooks', { 'webhook:*': ['execute'] }, 403, 403],
    ])('a key for %s', async (_what, permissions, other_, who) => {
      const { token } = await serviceKey(permissions);
      expect([await status('weather', 'other', token), await status('weather', 'who-am-i', token)]).toEqual([
        other_,
        who,
      ]);
    });

    it('no key that is revoked, nor children of one that is switched off', async () => {
      const { token, id } = await serviceKey({ 'mcp:*': ['execute'] });
      expect(await status('weather', 'other', token)).toBe('ran');
      await platform.query(`UPDATE hot.api_key SET active = false`);
      await eventually(async () => (await status('weather', 'other', token)) === 401);
      await platform.query(`UPDATE hot.api_key SET active = true`);
      await eventually(async () => (await status('weather', 'other', token)) === 'ran');
      await call(platform.api, `/v1/service-keys/${id}`, { method: 'DELETE', key: platform.key });
      expect(await status('weather', 'other', token)).toBe(401);
    });

    it('no key of another environment', async () => {
      await platform.query(
        `INSERT INTO hot.env (env_id, org_id, name) SELECT gen_random_uuid(), org_id, 'elsewhere' FROM hot.org LIMIT 1`,
      );
      const answer = await ask(platform.api, '/mcp/local/elsewhere/weather', {
        body: JSON.stringify(rpc('tools/list')),
        headers: bearer(platform.key),
      });
      expect([answer.status, answer.body]).toEqual([
        403,
        { error: expect.objectContaining({ code: 'forbidden' }) },
      ]);
      const anonymous = await ask(platform.api, '/mcp/local/elsewhere/weather', {
        body: JSON.stringify(rpc('tools/list')),
      });
      expect(anonymous.body).toMatchObject({ result: { tools: [] } });
    });

    it('tell the program who calls, and records which credential [api-15.60]', async () => {
      const { token, id } = await serviceKey(
        { 'mcp:weather/*': ['execute'] },
        { name: 'Ada', metadata: { customer: 'c-77' } },
      );
      const answer = await raw('weather', callOf('who-am-i'), bearer(token));
      expect(last(answer).result?.['structuredContent']).toEqual({
        type: 'service-key',
        key: { id, name: 'Ada', meta: { customer: 'c-77' } },
        method: 'POST',
        url: path('weather'),
      });
      const [event] = await eventually(async () => {
        const rows = await platform.query<Json>(
          `SELECT e.event_data, e.source, a.path FROM hot.access a JOIN hot.event e ON e.access_id = a.access_id
            WHERE a.service_key_id = $1`,
          [id],
        );
        return rows.length > 0 && rows;
      });
      expect(event).toEqual({
        event_data: '{"fn":"::doors::tools/who-am-i","args":[]}',
        source: 6,
        path: path('weather'),
      });
    });
  });

  describe('look at where a page comes from', () => {
    const from = (origin: string, method = 'POST'): Promise<RawAnswer> =>
      ask(platform.api, path('stock'), {
        method,
        headers: { origin, ...bearer('nonsense') },
        ...(method === 'POST' ? { body: '{"' } : {}),
      });

    it.each(['https://evil.example', 'null', 'http://localhost:1'])(
      'and refuse %s before all else',
      async (origin) => {
        const posted = await from(origin);
        expect([posted.status, posted.body]).toEqual([
          403,
          { jsonrpc: '2.0', id: null, error: { code: -32_600, message: expect.any(String) } },
        ]);
        const got = await from(origin, 'GET');
        expect([got.status, got.body]).toEqual([
          403,
          { error: expect.objectContaining({ code: 'forbidden' }) },
        ]);
      },
    );

    it('and take the own and the listed ones', async () => {
      for (const origin of [platform.api, 'https://trusted.example'])
        expect((await from(origin)).status).toBe(400);
    });
  });

  describe('of the new generation', () => {
    const discover = (body: object, headers: Readonly<Record<string, string>>): Promise<RawAnswer> =>
      raw('modern', body, headers);

    it('say what they can [api-15.58]', async () => {
      const answer = await discover(modern('server/discover'), modernHeaders('server/discover'));
      expect(answer.body).toEqual({
        jsonrpc: '2.0',
        id: 1,
        result: {
          supportedVersions: [MODERN, '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'],
          capabilities: { tools: { listChanged: false }, logging: {} },
          resultType: 'complete',
          ttlMs: 0,
          cacheScope: 'private',
          _meta: { [`${META}serverInfo`]: { name: 'hot-mcp', version: expect.any(String) } },
        },
      });
    });

    it.each([
      ['without a version', rpc('server/discover', {}), {}, -32_020],
      [
        'without capabilities',
        rpc('tools/list', { _meta: { [`${META}protocolVersion`]: MODERN } }),
        {},
        -32_020,
      ],
      [
        'with capabilities of another kind',
        modern('tools/list', {}, { [`${META}clientCapabilities`]: [] }),
        {},
        -32_602,
      ],
      [
        'without the header of the version',
        modern('tools/list'),
        { 'mcp-protocol-version': '2025-11-25' },
        -32_020,
      ],
      ['with another method in the header', modern('tools/list'), { 'mcp-method': 'ping' }, -32_020],
      [
        'with another name in the header',
        modern('tools/call', { name: 'asks' }),
        { 'mcp-method': 'tools/call', 'mcp-name': 'x' },
        -32_020,
      ],
      [
        'with a log level that there is not',
        modern('tools/list', {}, { [`${META}logLevel`]: 'loud' }),
        {},
        -32_602,
      ],
      [
        'with client information of another kind',
        modern('tools/list', {}, { [`${META}clientInfo`]: 'x' }),
        {},
        -32_602,
      ],
    ])('refuse requests %s', async (_what, body, headers, code) => {
      const answer = await discover(body, { ...modernHeaders('tools/list'), ...headers });
      expect([answer.status, (answer.body as Rpc).error?.code]).toEqual([400, code]);
    });

    it('refuse versions that are not known, and say which are [api-15.58]', async () => {
      const answer = await discover(modern('tools/list', {}, { [`${META}protocolVersion`]: '2027-01-01' }), {
        ...modernHeaders('tools/list'),
        'mcp-protocol-version': '2027-01-01',
      });
      expect(answer.status).toBe(400);
      expect((answer.body as Rpc).error).toMatchObject({
        code: -32_022,
        data: { supported: expect.arrayContaining([MODERN]), requested: '2027-01-01' },
      });
    });

    it('know no methods of the older', async () => {
      for (const method of ['initialize', 'ping', 'nothing/here']) {
        const answer = await discover(modern(method), modernHeaders(method));
        expect([answer.status, (answer.body as Rpc).error?.code]).toEqual([404, -32_601]);
      }
    });

    it('leave out tools whose headers can’t be read', async () => {
      const { result } = (await discover(modern('tools/list'), modernHeaders('tools/list'))).body as {
        result: { tools: readonly Json[] };
      };
      expect(result.tools.map(({ name }) => name)).toEqual(['asks', 'tenant']);
      const older = (await raw('modern', rpc('tools/list'))).body as { result: { tools: readonly Json[] } };
      expect(older.result.tools.map(({ name }) => name)).toEqual(['asks', 'tenant', 'unlisted']);
    });

    const tenant = (args: Json, headers: Readonly<Record<string, string>>): Promise<RawAnswer> =>
      raw('modern', modern('tools/call', { name: 'tenant', arguments: args }), {
        ...modernHeaders('tools/call', 'tenant'),
        ...headers,
      });

    it('check arguments before anything runs', async () => {
      for (const args of [{}, { n: 0 }, { n: 'x' }, { n: 1.5 }]) {
        const answer = await tenant(args, {});
        expect([answer.status, (answer.body as Rpc).result?.['isError']]).toEqual([200, true]);
      }
    });

    it('compare arguments with the headers that repeat them', async () => {
      const base64 = `=?base64?${Buffer.from('älg').toString('base64')}?=`;
      expect((await tenant({ n: 1, tenant: 'a' }, {})).status).toBe(400);
      expect((await tenant({ n: 1, tenant: 'a' }, { 'mcp-param-tenant': 'b' })).status).toBe(400);
      expect((await tenant({ n: 1 }, { 'mcp-param-tenant': 'a' })).status).toBe(400);
      expect(
        last(await tenant({ n: 1, tenant: 'älg' }, { 'mcp-param-tenant': base64 })).result,
      ).toMatchObject({
        structuredContent: {
          tenant: 'älg',
          n: 1,
          mcp: { 'protocol-version': MODERN, 'client-capabilities': {} },
        },
        resultType: 'complete',
      });
    });

    it('tell of the run only who asked for it', async () => {
      const quiet = await tenant({ n: 1 }, {});
      expect(messages(quiet)).toHaveLength(1);
      const told = await raw(
        'modern',
        modern('tools/call', { name: 'tenant', arguments: { n: 1 } }, { [`${META}logLevel`]: 'info' }),
        modernHeaders('tools/call', 'tenant'),
      );
      expect(messages(told)).toHaveLength(2);
    });

    it('ask for what they need, those who can give it', async () => {
      const asks = (params: Json, capabilities: Json): Promise<RawAnswer> =>
        raw(
          'modern',
          modern('tools/call', { name: 'asks', ...params }, { [`${META}clientCapabilities`]: capabilities }),
          modernHeaders('tools/call', 'asks'),
        );
      expect(last(await asks({}, {})).error?.code).toBe(-32_021);
      expect(last(await asks({}, { elicitation: {} })).result).toMatchObject({
        resultType: 'input_required',
        inputRequests: {
          name: { method: 'elicitation/create', params: { message: 'Your name?', mode: 'form' } },
        },
        requestState: 's-1',
      });
      const answered = await asks(
        { inputResponses: { name: { action: 'accept', content: { name: 'Ada' } } }, requestState: 's-1' },
        { elicitation: {} },
      );
      expect(last(answered).result?.['structuredContent']).toMatchObject({
        answered: { name: { action: 'accept', content: { name: 'Ada' } } },
        state: 's-1',
      });
    });
  });

  describe('over the older transport', () => {
    const open = async (token = platform.key): Promise<{ sse: OpenAnswer; endpoint: string }> => {
      const sse = await openAnswer(platform.api, path('stock'), bearer(token));
      const endpoint = await eventually(
        () => /^event: endpoint\ndata: (\S+)\n\n/.exec(sse.text())?.[1] ?? false,
      );
      return { sse, endpoint };
    };
    const send = (base: string, endpoint: string, body: unknown, token = platform.key): Promise<RawAnswer> =>
      ask(base, endpoint, {
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: bearer(token),
      });
    const answers = (sse: OpenAnswer): readonly Rpc[] =>
      [...sse.text().matchAll(/^event: message\ndata: (.*)\n\n/gm)].map(
        ([, json = '']) => JSON.parse(json) as Rpc,
      );

    it('answers come on the connection, whichever process gets the message', async () => {
      const { sse, endpoint } = await open();
      expect(endpoint).toMatch(/^\/mcp\/local\/development\/stock\/messages\?sessionId=[0-9a-f-]{36}$/);
      for (const [base, id] of [
        [platform.api, 1],
        [second, 2],
      ] as const) {
        const posted = await send(base, endpoint, rpc('ping', undefined, id));
        expect([posted.status, posted.text]).toEqual([202, '']);
        await eventually(() => answers(sse).some((one) => one.id === id));
      }
      await send(second, endpoint, callOf('count', { to: 4 }));
      await eventually(() => answers(sse).some(({ result }) => result?.['structuredContent'] !== undefined));
      expect(answers(sse).filter(({ method }) => method === 'notifications/message')).toHaveLength(3);
      sse.close();
    });

    it('only who opened it may write', async () => {
      const { sse, endpoint } = await open();
      const { token } = await serviceKey({ '*:*': ['*'] });
      const wrong: readonly (readonly [string, string, number, string])[] = [
        [endpoint.replace(/sessionId=.*/, ''), platform.key, 400, 'bad_request'],
        [endpoint.replace(/sessionId=.*/, 'sessionId=x'), platform.key, 400, 'bad_request'],
        [endpoint.replace(/.{12}$/, '000000000000'), platform.key, 404, 'mcp_transport_session_not_found'],
        [endpoint, token, 403, 'mcp_transport_session_mismatch'],
        [endpoint.replace('/stock/', '/weather/'), platform.key, 403, 'mcp_transport_session_mismatch'],
        [endpoint, 'nonsense', 401, 'unauthorized'],
      ];
      for (const [where, as, status, code] of wrong) {
        const answer = await send(platform.api, where, rpc('ping'), as);
        expect([where, answer.status, (answer.body as { error: Json }).error['code']]).toEqual([
          where,
          status,
          code,
        ]);
      }
      expect((await send(platform.api, endpoint, '{"')).status).toBe(400);
      sse.close();
      await eventually(async () => (await send(platform.api, endpoint, rpc('ping'))).status === 404);
    });

    it('ends when its credential is revoked, whichever process is told, and others go on [P5]', async () => {
      const [revoked, spared] = [await serviceKey({ 'mcp:*': ['execute'] }), await open()];
      const { sse } = await open(revoked.token);
      await ask(second, `/v1/service-keys/${revoked.id}`, {
        method: 'DELETE',
        headers: bearer(platform.key),
      });
      await eventually(() => sse.ended(), { timeoutMs: 2_000 });
      expect(spared.sse.ended()).toBe(false);
      spared.sse.close();
    });

    it('nobody without a credential for the service opens one', async () => {
      const anonymous = await ask(platform.api, path('stock'), { method: 'GET' });
      expect([anonymous.status, anonymous.headers['www-authenticate']]).toEqual([401, 'Bearer']);
      const other_ = await ask(platform.api, path('stock'), { method: 'GET', headers: bearer(weather) });
      expect(other_.status).toBe(403);
    });
  });

  it('are reached by their service alone on a custom domain', async () => {
    const host = 'mcp.customer.example';
    await platform.query(
      `INSERT INTO hot.domain (domain_id, env_id, domain, validation_cname_name, validation_cname_value,
                                 verified_at, routing_domain)
       SELECT gen_random_uuid(), env_id, $1, 'n', 'v', now(), 'r' FROM hot.env WHERE name = 'development'`,
      [host],
    );
    const on = (where: string, method: string, body?: object): Promise<RawAnswer> =>
      ask(platform.api, where, {
        method,
        headers: { host, origin: `http://${host}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    expect(last(await on('/mcp/stock', 'POST', callOf('count', { to: 5 }))).result).toMatchObject({
      structuredContent: { result: 5 },
    });
    expect((await on('/mcp/stock', 'GET')).status).toBe(401);
    expect((await on('/mcp/local/elsewhere/stock', 'POST', rpc('tools/list'))).status).toBe(404);
    const open = await openAnswer(platform.api, '/mcp/local/development/stock', bearer(platform.key));
    open.close();
    for (const body of [rpc('ping'), rpc('tools/list')]) {
      expect((await ask(platform.api, '/mcp/stock', { body: JSON.stringify(body) })).status).toBe(404);
    }
  });

  it('are not there when they are switched off', async () => {
    const port = await freePort();
    const env = { ...platform.env, HOT_API_PORT: `${port}`, HOT_MCP_ENABLED: 'false' };
    const off = await PlatformProcess.start('api', env, platform.folder);
    try {
      const base = `http://127.0.0.1:${port}`;
      const posted = await ask(base, path('stock'), { body: JSON.stringify(rpc('ping', undefined, 5)) });
      expect([posted.status, posted.body]).toMatchObject([200, { id: 5, error: { code: -32_001 } }]);
      const got = await ask(base, path('stock'), { method: 'GET', headers: bearer(platform.key) });
      expect([got.status, got.body]).toMatchObject([503, { error: { code: 'mcp_disabled' } }]);
    } finally {
      await off.stop();
    }
  }, 30_000);

  it('keep no header of a caller in clear', async () => {
    await raw('stock', callOf('count', { to: 1 }), { cookie: 'sid=cookie-of-a-client' });
    await sleep(300);
    const rows = await platform.query<{ text: string }>(
      `SELECT e::text AS text FROM hot.event e UNION ALL SELECT r::text FROM hot.run r UNION ALL SELECT d::text FROM hot.dispatch d`,
    );
    const stored = rows.map(({ text }) => text).join('\n');
    for (const secret of ['cookie-of-a-client', platform.key]) {
      expect([secret, stored.includes(secret)]).toEqual([secret, false]);
    }
  });
});
