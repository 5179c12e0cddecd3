/** Context variables from outside: written over the API, read by running code, found nowhere else. */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, SseReader, type Answer, type Run, type SseMessage } from '../support/api';
import { AppSession } from '../support/app';
import { startPlatform, type Platform } from '../support/platform';

const FIXTURE = join(__dirname, '../fixtures/vault');
const SECRET = 'sk_live_8d1f0c2b7a';
const CONTEXT = '/v1/projects/vault/context';
/** So long that it is kept apart from events and results, but not too long for traces. */
const LONG = 'public '.repeat(3_000);

interface Variable {
  readonly key: string;
  readonly description: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

describe('context variables', () => {
  let platform: Platform;
  let api: string;
  let key: string;

  beforeAll(async () => {
    platform = await startPlatform({ withApp: true });
    ({ api, key } = platform);
    await call(api, '/v1/projects', { key, body: { name: 'vault' } });
  }, 90_000);
  afterAll(() => platform.stop());

  const send = (method: string, path: string, body?: unknown, as = key): Promise<Answer<Body>> =>
    call<Body>(api, path, { method, key: as, ...(body === undefined ? {} : { body }) });
  type Body = {
    readonly data: Variable & readonly Variable[];
    readonly error: Readonly<Record<string, string>>;
  };

  const run = async (event_type: string, event_data: unknown = null): Promise<readonly SseMessage[]> => {
    const sse = await SseReader.open(api, '/v1/streams/subscribe-with-event', key, {
      event_type,
      event_data,
    });
    await sse.until((message) => message.type === 'run:stop' || message.type === 'run:fail');
    sse.close();
    return sse.messages;
  };
  const outcome = (messages: readonly SseMessage[]): Run | undefined => messages.at(-1)?.run;

  describe('over the API', () => {
    afterAll(async () => {
      const { body } = await send('GET', `${CONTEXT}?limit=500`);
      await Promise.all(
        body.data.map((each) => send('DELETE', `${CONTEXT}/${encodeURIComponent(each.key)}`)),
      );
    });

    it('are created with everything but their value in the answer', async () => {
      const { status, body, text } = await send('POST', CONTEXT, {
        key: 'A_KEY',
        value: SECRET,
        description: 'sandbox',
      });
      expect(status).toBe(201);
      expect(Object.keys(body.data).sort()).toEqual(['created_at', 'description', 'key', 'updated_at']);
      expect(body.data).toMatchObject({ key: 'A_KEY', description: 'sandbox' });
      expect(body.data.updated_at).toBe(body.data.created_at);
      expect(text).not.toContain(SECRET);
    });

    it('exist once per project: a second creation is a conflict that shows no value [api-15.29]', async () => {
      const { status, body, text } = await send('POST', CONTEXT, { key: 'A_KEY', value: 'another-value' });
      expect([status, body.error['code']]).toEqual([409, 'conflict']);
      expect(text).not.toContain('another-value');
    });

    it('are replaced as a whole: without a description the former one goes [api-15.29]', async () => {
      const { status, body } = await send('PUT', `${CONTEXT}/A_KEY`, { value: '' });
      expect(status).toBe(200);
      expect(body.data).toMatchObject({ key: 'A_KEY', description: null });
      expect(Date.parse(body.data.updated_at)).toBeGreaterThan(Date.parse(body.data.created_at));
    });

    it('are never created by PUT', async () => {
      const { status, body } = await send('PUT', `${CONTEXT}/absent`, { value: 'x' });
      expect([status, body.error['message']]).toEqual([404, 'Context variable not found']);
      expect((await send('GET', CONTEXT)).text).not.toContain('absent');
    });

    it.each(['b.c', 'a/b', '%41', 'ü🌊', '__proto__', '?x=1#', 'k'.repeat(255), '🌊'.repeat(255)])(
      'are found under their percent-encoded key %j',
      async (name) => {
        const path = `${CONTEXT}/${encodeURIComponent(name)}`;
        expect((await send('POST', CONTEXT, { key: name, value: '1' })).status).toBe(201);
        expect((await send('PUT', path, { value: '2', description: 'd' })).body.data.key).toBe(name);
        expect((await send('DELETE', path)).status).toBe(204);
        expect((await send('DELETE', path)).body.error['message']).toBe('Context variable not found');
        expect((await send('POST', CONTEXT, { key: name, value: '1' })).status).toBe(201);
      },
    );

    it('are listed by key, in pages [api-15.29]', async () => {
      const { body } = await send('GET', `${CONTEXT}?limit=500`);
      const keys = body.data.map((each) => each.key);
      expect(keys).toEqual([...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
      const page = await call<{ data: Variable[]; pagination: object }>(api, `${CONTEXT}?limit=2&offset=1`, {
        key,
      });
      expect(page.body.data.map((each) => each.key)).toEqual(keys.slice(1, 3));
      expect(page.body.pagination).toMatchObject({ total: keys.length, limit: 2, offset: 1 });
    });

    it.each([
      ['no key', { value: 'x' }],
      ['an empty key', { key: '', value: 'x' }],
      ['a key with white space', { key: 'a b', value: 'x' }],
      ['a key with a control character', { key: 'a\u0000', value: 'x' }],
      ['a key that no URL can name', { key: '..', value: 'x' }],
      ['a key that is too long', { key: 'k'.repeat(256), value: 'x' }],
      ['no value', { key: 'n' }],
      ['a value that is no text', { key: 'n', value: 1 }],
      ['a value over 64 KiB', { key: 'n', value: 'é'.repeat(32_769) }],
      ['a description that is no text', { key: 'n', value: 'x', description: 1 }],
      ['a description that is too long', { key: 'n', value: 'x', description: 'd'.repeat(2_001) }],
    ])('are refused with %s, and nothing is kept', async (_, body) => {
      const before = (await send('GET', `${CONTEXT}?limit=500`)).body.data;
      const answer = await send('POST', CONTEXT, body);
      expect([answer.status, answer.body.error['code']]).toEqual([400, 'bad_request']);
      expect((await send('GET', `${CONTEXT}?limit=500`)).body.data).toEqual(before);
    });

    it('take a value of exactly 64 KiB', async () => {
      expect((await send('POST', CONTEXT, { key: 'large', value: 'x'.repeat(65_536) })).status).toBe(201);
    });

    it.each([
      ['GET', '', {}],
      ['POST', '', { key: 'p', value: 'x' }],
      ['PUT', '/A_KEY', { value: 'x' }],
      ['DELETE', '/A_KEY', undefined],
    ] as const)('allow %s%s to a credential with that permission only', async (method, path, body) => {
      const action = { GET: 'read', POST: 'create', PUT: 'update', DELETE: 'delete' }[method];
      const others = ['read', 'create', 'update', 'delete'].filter((each) => each !== action);
      const input = method === 'GET' ? undefined : body;
      const elsewhere = await addKey({ 'context:*': others, 'context:other/*': ['*'], 'project:*': ['*'] });
      const refused = await send(method, CONTEXT + path, input, elsewhere);
      expect([refused.status, refused.body.error['code']]).toEqual([403, 'forbidden']);
      const allowed = await send(
        method,
        CONTEXT + path,
        input,
        await addKey({ 'context:vault/*': [action] }),
      );
      expect(allowed.status).toBeLessThan(300);
    });

    it('of one key are changed by a credential for that key only', async () => {
      await send('POST', CONTEXT, { key: 'mine', value: '1' });
      const as = await addKey({ 'context:vault/mine': ['update', 'delete'] });
      expect((await send('PUT', `${CONTEXT}/mine`, { value: '2' }, as)).status).toBe(200);
      expect((await send('PUT', `${CONTEXT}/b.c`, { value: '2' }, as)).status).toBe(403);
      expect((await send('DELETE', `${CONTEXT}/mine`, undefined, as)).status).toBe(204);
    });

    it('do not exist for another organization', async () => {
      const as = await addKey({ '*:*': ['*'] }, await addTenant());
      for (const [method, path, body] of [
        ['GET', '', undefined],
        ['POST', '', { key: 'x', value: 'x' }],
        ['PUT', '/b.c', { value: 'x' }],
        ['DELETE', '/b.c', undefined],
      ] as const) {
        const answer = await send(method, CONTEXT + path, body, as);
        expect([method, answer.status, answer.body.error['message']]).toEqual([
          method,
          404,
          'Project not found',
        ]);
      }
    });
  });

  describe('in runs', () => {
    beforeAll(async () => {
      await platform.hot(['deploy'], FIXTURE);
    }, 60_000);

    it('are null while they are missing, and the run says so without being stopped', async () => {
      const end = outcome(await run('vault:read'));
      expect(end).toMatchObject({
        status: 'succeeded',
        result: { key: true, length: 0, region: null, fallback: 'default', none: null },
      });
      const [row] = await platform.query<{ info: string }>('SELECT info FROM hot.run WHERE run_id = $1', [
        end?.run_id,
      ]);
      expect(JSON.parse(row?.info ?? '{}')).toMatchObject({ missing_ctx: ['api.key'] });
    });

    it('are named by a deployment while required ones are missing', async () => {
      const { body } = await call<{ data: { build_id: string } }>(api, '/v1/projects/vault/builds/deployed', {
        key,
      });
      const again = await call<{ data: { runtime_warning: { message: string } } }>(
        api,
        `/v1/projects/vault/builds/${body.data.build_id}/deploy`,
        { key, method: 'POST' },
      );
      expect(again.body.data.runtime_warning.message).toMatch(
        /not set: api\.key \(required by ::vault::fixture/,
      );
    });

    it('are there for the next run after they were set, without a deployment, and change with it [api-15.31]', async () => {
      await send('POST', CONTEXT, { key: 'api.key', value: SECRET });
      await send('POST', CONTEXT, { key: 'region', value: 'eu-1' });
      const seen = await untilResult({ key: false, length: SECRET.length, region: 'eu-1' });
      expect(seen).toMatchObject({ fallback: 'default' });
      await send('PUT', `${CONTEXT}/region`, { value: 'us-2' });
      await untilResult({ region: 'us-2' });
    });

    it('are changed by a run for that run alone', async () => {
      expect(outcome(await run('vault:set'))).toMatchObject({ result: { region: 'only here' } });
      expect(outcome(await run('vault:read'))).toMatchObject({ result: { region: 'us-2' } });
    });

    it('read <secret> in results, stream data and failures; plain ones stay as they are', async () => {
      const leaked = await run('vault:leak', LONG);
      expect(outcome(leaked)).toMatchObject({
        status: 'succeeded',
        result: {
          whole: '<secret>',
          inside: ['Bearer <secret>'],
          much: `${LONG} <secret>`,
          region: 'us-2',
        },
      });
      expect(leaked.find((each) => each.type === 'stream:data')?.payload).toEqual({
        whole: '<secret>',
        inside: 'Bearer <secret>',
      });
      expect(outcome(await run('vault:fail'))).toMatchObject({
        status: 'failed',
        result: { $val: { msg: 'refused: <secret>', err: { header: 'Bearer <secret>' } } },
      });
    });

    it('read <secret> in what is printed', async () => {
      const app = await AppSession.open(platform.app);
      const printed = await app.get<{ lines: { text: string }[] }>(
        `/runs/${outcome(await run('vault:leak'))?.run_id}/logs`,
      );
      expect(printed.lines.map((line) => line.text)).toEqual(['the key is <secret>!']);
    });

    describe('that pass secrets on', () => {
      const received = {
        token: true,
        header: true,
        note: LONG,
        // Like everything that is only looked at: what surrounds a secret stays.
        shown: { token: '<secret>', header: 'Bearer <secret>', note: LONG },
      };
      let receiver: Run;
      beforeAll(async () => {
        const sse = await SseReader.open(api, '/v1/streams/subscribe-with-event', key, {
          event_type: 'vault:pass',
          event_data: LONG,
        });
        const end = await sse.until((each) => each.type === 'run:stop' && each.run?.result !== 'sent');
        sse.close();
        if (end.run === undefined) throw new Error('The end of a run came without it');
        receiver = end.run;
      });

      it('give their receivers the real ones, which stay secrets there [P1]', () => {
        expect(receiver).toMatchObject({ status: 'succeeded', result: received });
      });

      it('show nobody else more than that there was one', async () => {
        const event = await call<{ data: { event_data: unknown } }>(api, `/v1/events/${receiver.event_id}`, {
          key,
        });
        expect(event.body.data.event_data).toEqual({
          token: '<secret>',
          header: '<secret>',
          note: LONG,
        });
        const app = await AppSession.open(platform.app);
        const call0 = await app.get<{ args: string }>(`/runs/${receiver.run_id}/calls/0`);
        expect(call0.args).toContain('"token":"<secret>"');
      });

      it('have them also when a person runs the receiver again', async () => {
        const app = await AppSession.open(platform.app);
        const started = await app.post<{ stream_id: string }>(`/runs/${receiver.run_id}/rerun`);
        const sse = await SseReader.open(api, `/v1/streams/${started.stream_id}/subscribe`, key);
        const end = await sse.until((each) => each.type === 'run:stop' || each.type === 'run:fail');
        sse.close();
        expect(end.run).toMatchObject({ status: 'succeeded', result: received });
      });
    });

    it('stand nowhere in the database nor in the logs of the processes [P1, api-15.30]', async () => {
      await run('vault:leak', LONG);
      await run('vault:pass', LONG);
      expect(await tablesWith(SECRET)).toEqual([]);
      // The search finds what is there: a plain one stands in the results of runs.
      expect(await tablesWith('us-2')).toContain('run');
      for (const file of readdirSync(platform.folder).filter((name) => name.endsWith('.log'))) {
        expect([file, readFileSync(join(platform.folder, file), 'utf8').includes(SECRET)]).toEqual([
          file,
          false,
        ]);
      }
      const kept = readdirSync(join(platform.folder, 'files'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
      expect(kept.filter((text) => text.includes(SECRET))).toEqual([]);
      expect(kept).toContain(`${LONG} <secret>`);
    });

    it('are handled on the command line as well, which takes values from its input and shows none', async () => {
      const context = (...args: readonly string[]): Promise<string> =>
        platform.hot(['context', ...args], FIXTURE);
      await context('set', 'cli.key', 'from-the-command-line', '-d', 'first');
      await context('set', 'cli.key', 'another-value');
      expect(await context('get', 'cli.key')).toMatch(/^key +cli\.key\ndescription +first\n/);
      const list = await context('list');
      expect(list).toMatch(/^KEY +DESCRIPTION +CHANGED\n/);
      expect(list).toMatch(/cli\.key +first/);
      expect(list).not.toContain('another-value');
      expect(await context('required')).toMatch(/api\.key +set +::vault::fixture/);
      await context('delete', 'cli.key');
      await expect(context('delete', 'cli.key')).rejects.toMatchObject({ code: 1 });
      await expect(context('get', 'cli.key')).rejects.toMatchObject({ code: 1 });
      await expect(context('burn', 'cli.key')).rejects.toMatchObject({ code: 2 });
    }, 60_000);

    it('go with their project: a new one of the same name has none', async () => {
      await call(api, '/v1/projects', { key, body: { name: 'short-lived' } });
      const context = '/v1/projects/short-lived/context';
      await send('POST', context, { key: 'a', value: '1' });
      await call(api, '/v1/projects/short-lived', { key, method: 'DELETE' });
      await call(api, '/v1/projects', { key, body: { name: 'short-lived' } });
      expect((await send('GET', context)).body.data).toEqual([]);
    });

    /** Runs until the workers have heard of the change; two seconds are allowed. */
    async function untilResult(expected: object): Promise<unknown> {
      const deadline = performance.now() + 2_000;
      for (;;) {
        const result = outcome(await run('vault:read'))?.result;
        try {
          expect(result).toMatchObject(expected);
          return result;
        } catch (error) {
          if (performance.now() > deadline) throw error;
        }
      }
    }
  });

  describe('under another master key [P2]', () => {
    it('fail the run with the name of the variable, never its value', async () => {
      for (const each of platform.processes) if (each.name === 'worker') await each.stop();
      const env = { ...platform.env, HOT_ENCRYPTION_KEY: randomBytes(32).toString('hex') };
      const stranger = await platform.startWorker(env);
      const end = outcome(await run('vault:read'));
      expect(end?.status).toBe('failed');
      expect(JSON.stringify(end?.result)).toMatch(/Context variable [\w.]+ can not be read: .*master key/);
      await stranger.stop();
      await platform.startWorker({
        ...env,
        HOT_ENCRYPTION_KEY_PREVIOUS: platform.env['HOT_ENCRYPTION_KEY'] ?? '',
      });
      expect(outcome(await run('vault:read'))).toMatchObject({ result: { key: false, region: 'us-2' } });
    }, 60_000);

    it.each([
      ['malformed', { HOT_ENCRYPTION_KEY: 'too-short' }, '64 hexadecimal digits'],
      [
        'absent in production',
        { HOT_ENCRYPTION_KEY: '', HOT_MODE: 'production' },
        'HOT_ENCRYPTION_KEY is required',
      ],
    ])('is refused at the start when it is %s', async (_, more, message) => {
      await expect(platform.startWorker({ ...platform.env, ...more })).rejects.toThrow(
        /ended while starting/,
      );
      expect(readFileSync(join(platform.folder, 'worker.log'), 'utf8')).toContain(message);
    });
  });

  async function tablesWith(text: string): Promise<readonly string[]> {
    const tables = await platform.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'hot' AND c.relkind IN ('r', 'p') AND NOT c.relispartition`,
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const rows = await platform.query(`SELECT 1 FROM hot.${name} t WHERE strpos(t::text, $1) > 0 LIMIT 1`, [
        text,
      ]);
      if (rows.length > 0) found.push(name);
    }
    return found;
  }

  /** Keys with fewer rights are made in the app, which is not part of this platform. */
  async function addKey(permissions: object, envId?: string): Promise<string> {
    const [id, secret] = [randomBytes(16).toString('hex'), randomBytes(32).toString('hex')];
    const keyData = { algorithm: 'sha256', hash: createHash('sha256').update(secret).digest('base64') };
    await platform.query(
      `INSERT INTO hot.api_key (api_key_id, env_id, key_data, permissions, created_by_user_id)
       SELECT $1::uuid, coalesce($2::uuid, env_id), $3, $4, created_by_user_id FROM hot.api_key LIMIT 1`,
      [id, envId ?? null, keyData, permissions],
    );
    return `hot_${id}_${secret}`;
  }

  async function addTenant(): Promise<string> {
    const [row] = await platform.query<{ env_id: string }>(
      `WITH o AS (INSERT INTO hot.org (org_id, name, slug) VALUES (gen_random_uuid(), 'Other', 'other') RETURNING org_id)
       INSERT INTO hot.env (env_id, org_id, name) SELECT gen_random_uuid(), org_id, 'production' FROM o RETURNING env_id`,
    );
    return row?.env_id ?? '';
  }
});
