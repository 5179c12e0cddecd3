import { BuildsHarness } from '@app/builds/testing';
import { newId } from '@app/kernel';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { ApiHarness, type TestTenant } from './testing/api-harness';

const ACTIONS = ['start', 'stop', 'reload'] as const;
const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

describe('apps', () => {
  const database = useDatabase();
  const redis = useRedis();
  let api: ApiHarness;
  let worker: BuildsHarness;
  let tenant: TestTenant;
  beforeAll(async () => {
    api = await ApiHarness.start(database.url, redis);
    worker = await BuildsHarness.start(database.url, redis, [], { HOT_DATA_DIR: api.dataDir });
  });
  afterAll(async () => {
    await worker.stop();
    await api.stop();
  });
  beforeEach(async () => {
    tenant = await api.addTenant();
  });

  const who = () => ({
    ...tenant,
    kind: 'user' as const,
    credentialId: newId(),
    apiKeyId: null,
    permissions: { '*:*': ['*'] },
    retentionClass: -1 as const,
  });
  const act = (action: string, key = 'orders', options: object = {}) =>
    api.call('POST', `/v1/apps/${encodeURIComponent(key)}/${action}`, { token: tenant.token, ...options });
  const deploy = async (source: string, name = 'orders') => {
    const { buildId } = await worker.upload(who(), name, source);
    await worker.deploys().deploy(who(), name, buildId);
    return buildId;
  };
  const load = async (buildId: string) => worker.load(buildId, await worker.incarnation());
  const serve = async (source = 'on a ::a/b', name = 'orders') => {
    const buildId = await deploy(source, name);
    await load(buildId);
    return buildId;
  };
  const serving = async (name = 'orders') => (await worker.projects().find(who(), name)).servingBuildId;
  const pending = async () =>
    (
      await api.db.queryOne<{ build_id: string }>(
        `SELECT build_id FROM hot.build b JOIN hot.project p USING (project_id)
          WHERE p.env_id = $1 AND b.deployed AND b.runtime_status = 'pending'`,
        [tenant.envId],
      )
    )?.build_id ?? '';
  const run = async (name = 'orders') => {
    const { projectId } = await worker.projects().find(who(), name);
    const runId = newId();
    await api.db.execute(
      `INSERT INTO hot.dispatch (dispatch_id, kind, state, org_id, env_id, retention_class, event_id, stream_id,
         event_type, project_id, function_name, run_type, run_id, started_at)
       VALUES ($1, 2, 2, $2, $3, -1, $1, $1, 'a', $4, '::a/b', 2, $1, now())`,
      [runId, tenant.orgId, tenant.envId, projectId],
    );
    return () => api.db.execute('DELETE FROM hot.dispatch WHERE dispatch_id = $1', [runId]);
  };

  /** How an app gets there. */
  const REACHED: Readonly<Record<string, () => Promise<unknown>>> = {
    RUNNING: () => serve(),
    STOPPED: async () => {
      await serve();
      await act('stop');
    },
    STOPPING: async () => {
      await serve();
      await run();
      await act('stop');
    },
    DISABLED: async () => {
      await serve();
      await worker.lifecycle().deactivate(who(), 'orders');
    },
    STARTING: () => deploy('on a ::a/b'),
    FAILED: async () => load(await deploy('error no')),
    CRASHED: async () => {
      await load(await deploy('error no'));
      await api.db.execute('UPDATE hot.app_state SET load_failures = 4');
    },
  };
  const ALLOWED: Readonly<Record<string, readonly string[]>> = {
    RUNNING: ['stop', 'reload'],
    STOPPED: ['start'],
    STOPPING: [],
    DISABLED: ['start'],
    STARTING: [],
    FAILED: ['start'],
    CRASHED: ['start'],
  };
  const AFTER = { start: 'STARTING', stop: 'STOPPED', reload: 'STARTING' } as const;

  it.each(
    Object.keys(REACHED).flatMap((state) =>
      ACTIONS.flatMap((action) => ['', '/v1'].map((prefix) => [state, prefix, action] as const)),
    ),
  )('that are %s answer %s/apps/…/%s [api-15.71]', async (state, prefix, action) => {
    await REACHED[state]?.();
    const answer = await api.call('POST', `${prefix}/apps/orders/${action}`, { token: tenant.token });
    if (ALLOWED[state]?.includes(action)) {
      expect(answer.statusCode).toBe(202);
      expect(answer.json()).toEqual({
        data: { key: 'orders', action, status: AFTER[action], operation_id: expect.stringMatching(UUID) },
        meta: { request_id: answer.headers['x-request-id'], timestamp: expect.any(String) },
      });
    } else {
      expect(answer.statusCode).toBe(409);
      expect(answer.json().error.code).toBe('conflict');
      expect(answer.json().error.message).toContain(`App orders is ${state}:`);
    }
  });

  it('serve nothing once they are stopped, until they are started again', async () => {
    const buildId = await serve();
    await serve('on a ::c/d', 'neighbour');
    await act('stop');
    expect(await serving()).toBeNull();
    expect(await worker.catalogue().handlersOf(tenant.envId, 'a')).toMatchObject([
      { projectName: 'neighbour' },
    ]);
    await act('start');
    expect(await pending()).toBe(buildId);
    await load(buildId);
    expect(await serving()).toBe(buildId);
    await eventually(async () =>
      expect(await worker.catalogue().handlersOf(tenant.envId, 'a')).toHaveLength(2),
    );
    expect((await act('start')).json().error.message).toContain('App orders is RUNNING');
  });

  it('stay stopped when another build is deployed, which serves when they are started', async () => {
    await serve();
    await act('stop');
    const next = await serve('on b ::a/b');
    expect(await serving()).toBeNull();
    expect((await worker.builds().get(who(), 'orders', next)).runtimeStatus).toBe('ready');
    await act('start');
    await load(next);
    expect(await serving()).toBe(next);
  });

  it('are stopped although a build is being loaded', async () => {
    await serve();
    const next = await deploy('on b ::a/b');
    worker.compiler().before = async () => {
      worker.compiler().before = async () => undefined;
      await act('stop');
    };
    await load(next);
    expect(await serving()).toBeNull();
  });

  it('run the build that served last when the one after it has failed', async () => {
    const good = await serve();
    await act('stop');
    await load(await deploy('error no'));
    await act('start');
    expect(await pending()).toBe(good);
  });

  it('are reloaded once what runs has ended; their neighbours serve on', async () => {
    const buildId = await serve();
    const neighbour = await serve('on a ::c/d', 'neighbour');
    const end = await run();
    expect((await act('reload')).json().data.status).toBe('STOPPING');
    expect(await load(buildId)).toEqual({ outcome: 'nothing_to_do' });
    expect([await serving(), await serving('neighbour')]).toEqual([null, neighbour]);
    await end();
    expect(await load(buildId)).toMatchObject({ outcome: 'ready' });
    expect([await serving(), await serving('neighbour')]).toEqual([buildId, neighbour]);
  });

  it('are reloaded although something runs for longer than anybody waits', async () => {
    const buildId = await serve();
    await run();
    await act('reload');
    await api.db.execute(`UPDATE hot.app_state SET drain_until = now() - interval '1 second'`);
    expect(await load(buildId)).toMatchObject({ outcome: 'ready' });
  });

  it('are started and stopped once, of many who ask at once', async () => {
    await serve();
    const answers = await Promise.all(Array.from({ length: 6 }, () => act('stop')));
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([202, 409, 409, 409, 409, 409]);
  });

  it('that were disabled run for this session, and stay disabled in their configuration', async () => {
    const buildId = await serve();
    await worker.lifecycle().deactivate(who(), 'orders');
    await act('start');
    await load(buildId);
    expect(await serving()).toBe(buildId);
    await eventually(async () =>
      expect(await worker.catalogue().handlersOf(tenant.envId, 'a')).toHaveLength(1),
    );
    expect((await worker.projects().find(who(), 'orders')).active).toBe(false);
    expect((await act('reload')).statusCode).toBe(202);
    await load(buildId);
    expect(await serving()).toBe(buildId);
    await worker.lifecycle().deactivate(who(), 'orders');
    expect(await serving()).toBeNull();
  });

  it('serve again when their project is activated, whoever has stopped them', async () => {
    const buildId = await serve();
    await act('stop');
    await worker.lifecycle().activate(who(), 'orders');
    await load(buildId);
    expect(await serving()).toBe(buildId);
  });

  it('keep what was asked for last, by whom and why', async () => {
    await serve();
    const answer = await act('stop', 'orders', { body: { reason: 'too loud\u0000', instance: 0 } });
    const row = await api.db.queryOne(
      `SELECT s.* FROM hot.app_state s JOIN hot.project p USING (project_id) WHERE p.env_id = $1`,
      [tenant.envId],
    );
    expect(row).toMatchObject({
      operation_id: answer.json().data.operation_id,
      operation: 'stop',
      operation_reason: expect.stringMatching(/^too loud/),
      operated_by: tenant.userId,
      stopped_by: tenant.userId,
    });
  });

  it('are addressed by their name, whatever is in it, and by the id of their project', async () => {
    await serve('on a ::a/b', 'a b:größe');
    expect((await act('stop', 'a b:größe')).json().data.key).toBe('a b:größe');
    const { projectId } = await worker.projects().find(who(), 'a b:größe');
    expect((await act('start', projectId)).json().data.key).toBe('a b:größe');
  });

  it('do not exist without a build, in another environment, or by another name', async () => {
    await serve();
    await worker.projects().create(who(), 'empty');
    const stranger = await api.addTenant();
    const { projectId } = await worker.projects().find(who(), 'orders');
    const unknown = [
      await act('stop', 'empty'),
      await act('stop', 'nothing'),
      await act('stop', 'orders:Agent'),
      await act('stop', 'orders', { body: { instance: 1 } }),
      await api.call('POST', '/apps/orders/stop', { token: stranger.token }),
      await api.call('POST', `/apps/${projectId}/stop`, { token: stranger.token }),
    ];
    for (const answer of unknown) {
      expect([answer.statusCode, answer.json().error]).toEqual([
        404,
        { code: 'not_found', message: 'App not found', request_id: expect.any(String) },
      ]);
    }
    expect(await serving()).not.toBeNull();
  });

  it('need the permission to update their project', async () => {
    await serve();
    const { projectId } = await worker.projects().find(who(), 'orders');
    const status = async (permissions: Record<string, string[]>, action: string) =>
      (await act(action, 'orders', { token: await api.key(permissions, tenant) })).statusCode;
    expect(await status({ 'project:orders': ['read', 'delete'] }, 'stop')).toBe(403);
    expect(await status({ 'project:other': ['update'] }, 'stop')).toBe(403);
    expect(await serving()).not.toBeNull();
    expect(await status({ 'project:orders': ['update'] }, 'stop')).toBe(202);
    expect(await status({ [`project:${projectId}`]: ['update'] }, 'start')).toBe(202);
  });

  it.each([
    ['a reason that is no text', { reason: 1 }, 'reason must be a string'],
    ['a reason without end', { reason: 'x'.repeat(1_001) }, 'reason must have at most 1000 characters'],
    ['half an instance', { instance: 0.5 }, 'instance must be a whole number'],
    ['an instance below zero', { instance: -1 }, 'instance must be at least 0'],
    ['a list', [], 'The body must be a JSON object'],
  ])('refuse %s', async (_, body, message) => {
    await serve();
    const answer = await act('stop', 'orders', { body });
    expect([answer.statusCode, answer.json().error.message]).toEqual([400, message]);
  });

  it('need no body; one that is there is JSON', async () => {
    await serve();
    const json = { 'content-type': 'application/json' };
    expect((await act('stop', 'orders', { headers: json, payload: '' })).statusCode).toBe(202);
    expect((await act('start', 'orders', { body: {} })).statusCode).toBe(202);
    expect((await act('stop', 'orders', { payload: 'reason=x' })).statusCode).toBe(415);
    expect((await act('stop', 'orders', { headers: json, payload: '{' })).statusCode).toBe(400);
  });

  describe('that are the only ones of their environment', () => {
    const only = async (source: string, name: string, only_app = true) => {
      const { buildId } = await worker.upload(who(), name, source, { manifest: { only_app } });
      await worker.deploys().deploy(who(), name, buildId);
      await load(buildId);
      return buildId;
    };
    const handlers = async () =>
      (await worker.catalogue().handlersOf(tenant.envId, 'a')).map((each) => each.functionName);
    const become = (names: readonly string[]) =>
      eventually(async () => expect(await handlers()).toEqual(names));
    const answers = async (key: string) => {
      const { error } = (await act('reload', key)).json();
      return error.message as string;
    };

    it('block the others, which serve on when they are stopped [api-15.71]', async () => {
      const buildId = await serve('on a ::a/b');
      await only('on a ::d/d', 'debug');
      await become(['::d/d']);
      for (const action of ACTIONS) {
        const answer = await act(action);
        expect([answer.statusCode, answer.json().error.message]).toEqual([
          409,
          expect.stringContaining('App orders is BLOCKED: '),
        ]);
      }
      expect(await answers('orders')).toContain('debug is the only app of this environment');
      expect(await serving()).toBe(buildId);
      await act('stop', 'debug');
      await become(['::a/b']);
      expect((await act('reload')).statusCode).toBe(202);
    });

    it('go on being it while they are reloaded, and no longer once they are reloaded without the mark', async () => {
      await serve('on a ::a/b');
      const marked = await only('on a ::d/d', 'debug');
      await act('reload', 'debug');
      await become([]);
      await load(marked);
      await become(['::d/d']);
      await only('on a ::d/d', 'debug', false);
      await become(['::d/d', '::a/b']);
    });

    it('block nobody any more when they cannot be loaded, or are gone', async () => {
      await serve('on a ::a/b');
      await only('on a ::d/d', 'debug');
      await act('stop', 'debug');
      await only('error no', 'debug');
      await become(['::a/b']);
      await only('on a ::d/d', 'debug');
      await act('start', 'debug');
      await load(await pending());
      await become(['::d/d']);
      await worker.lifecycle().delete(who(), 'debug');
      await become(['::a/b']);
    });

    it('may be several', async () => {
      await serve('on a ::a/b');
      await only('on a ::d/d', 'debug');
      await only('on a ::e/e', 'events');
      await become(['::d/d', '::e/e']);
      await act('stop', 'debug');
      await become(['::e/e']);
    });

    it('may be an agent, beside which the rest of its project is blocked', async () => {
      await serve('on a ::a/b');
      await serve(
        'agent ::d/Bot\nagent ::d/Cat\nonly ::d/Bot\non a ::d/bot {"agent":"::d/Bot"}\n' +
          'on a ::d/cat {"agent":"::d/Cat"}\non a ::d/plain',
        'debug',
      );
      await become(['::d/bot']);
      expect(await answers('debug:Cat')).toContain('App debug:Cat is BLOCKED: ');
      expect(await answers('orders')).toContain('debug:Bot is the only app');
      expect((await act('stop', 'debug:Bot')).statusCode).toBe(202);
      await become(['::d/cat', '::d/plain', '::a/b']);
    });

    it('are of one environment: others do not notice', async () => {
      const neighbour = await api.addTenant();
      await only('on a ::d/d', 'debug');
      const mine = tenant;
      tenant = neighbour;
      await serve('on a ::n/n');
      await become(['::n/n']);
      tenant = mine;
      await become(['::d/d']);
    });
  });

  describe('that are agents of a project', () => {
    const SOURCE = [
      'agent ::a/Clerk ::a/one',
      'agent ::a/Guard ::a/two',
      'on a ::a/one {"agent":"::a/Clerk"}',
      'on a ::a/two {"agent":"::a/Guard"}',
      'on a ::a/three',
    ].join('\n');
    const functions = async () =>
      (await worker.catalogue().handlersOf(tenant.envId, 'a')).map((each) => each.functionName);

    it.each(ACTIONS.flatMap((action) => ['', '/v1'].map((prefix) => [prefix, action] as const)))(
      'answer %s/apps/…/%s as their state allows [api-15.71]',
      async (prefix, action) => {
        await serve(SOURCE);
        const ask = () => api.call('POST', `${prefix}/apps/orders:Clerk/${action}`, { token: tenant.token });
        const before = await ask();
        await act('stop', 'orders:Clerk');
        const after = await ask();
        const status = { start: 'RUNNING', stop: 'STOPPED', reload: 'RUNNING' }[action];
        const answers = action === 'start' ? [after, before] : [before, after];
        expect(answers.map((answer) => answer.statusCode)).toEqual([202, 409]);
        expect(answers[0]?.json().data).toMatchObject({ key: 'orders:Clerk', action, status });
        expect(answers[1]?.json().error.message).toMatch(/^App orders:Clerk is (RUNNING|STOPPED):/);
      },
    );

    it('take nothing any more when they are stopped, alone, also from the next build', async () => {
      const buildId = await serve(SOURCE);
      await act('stop', 'orders:Clerk');
      await eventually(async () => expect(await functions()).toEqual(['::a/three', '::a/two']));
      await worker.deploys().deploy(who(), 'orders', buildId);
      await load(buildId);
      expect(await functions()).toEqual(['::a/three', '::a/two']);
      await act('start', 'orders:Clerk');
      await eventually(async () => expect(await functions()).toEqual(['::a/one', '::a/three', '::a/two']));
    });

    it('finish what they had begun, and are STOPPING meanwhile', async () => {
      await serve('agent ::a/Clerk ::a/b\nagent ::a/Guard ::a/two');
      const end = await run();
      expect((await act('stop', 'orders:Guard')).json().data.status).toBe('STOPPED');
      expect((await act('stop', 'orders:Clerk')).json().data.status).toBe('STOPPING');
      expect((await act('start', 'orders:Clerk')).json().error.message).toContain('is STOPPING');
      await end();
      expect((await act('start', 'orders:Clerk')).statusCode).toBe(202);
    });

    it('do not exist while their project does not serve, nor in other projects', async () => {
      await serve(SOURCE);
      await serve('fn ::c/d', 'other');
      expect((await act('stop', 'other:Clerk')).statusCode).toBe(404);
      await act('stop');
      expect((await act('start', 'orders:Clerk')).json().error.message).toBe('App not found');
    });

    it('of one name in two namespaces are told apart by their full names', async () => {
      await serve('agent ::a/Clerk\nagent ::b/Clerk');
      expect((await act('stop', 'orders:Clerk')).statusCode).toBe(404);
      expect((await act('stop', 'orders:::b/Clerk')).json().data).toMatchObject({
        key: 'orders:::b/Clerk',
        status: 'STOPPED',
      });
      expect((await act('reload', 'orders:::a/Clerk')).json().data.status).toBe('RUNNING');
    });

    it('need the permission for their project', async () => {
      await serve(SOURCE);
      const token = await api.key(
        { 'project:other': ['update'], 'project:orders:Clerk': ['update'] },
        tenant,
      );
      expect((await act('stop', 'orders:Clerk', { token })).statusCode).toBe(403);
    });

    it('leave a disabled project in its session', async () => {
      const buildId = await serve(SOURCE);
      await worker.lifecycle().deactivate(who(), 'orders');
      await act('start');
      await load(buildId);
      await act('reload', 'orders:Clerk');
      await load(buildId);
      expect((await act('stop')).statusCode).toBe(202);
    });
  });

  it('are on record as called, under either address', async () => {
    await serve();
    await api.call('POST', '/apps/orders/stop', { token: tenant.token });
    await api.call('POST', '/v1/apps/orders/start', { token: tenant.token });
    const paths = await eventually(async () => {
      const rows = await api.db.query(`SELECT path FROM hot.access WHERE env_id = $1 ORDER BY access_id`, [
        tenant.envId,
      ]);
      expect(rows).toHaveLength(2);
      return rows.map((row) => row['path']);
    });
    expect(paths).toEqual(['/apps/orders/stop', '/v1/apps/orders/start']);
  });

  it('are not in the document', async () => {
    const { paths } = (await api.call('GET', '/openapi.json', { token: null })).json();
    expect(Object.keys(paths).filter((path) => path.includes('/apps'))).toEqual([]);
  });
});
