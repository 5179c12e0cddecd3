/** What holds for every route, however many there are: taken from the routes themselves, not from a list. */
import { Controller, Get, Module } from '@nestjs/common';
import { AccessRecorder, Authenticator, installAuthentication, Public } from '@app/platform/auth';
import { ConfigModule } from '@app/platform/config';
import { createHttpApp, openApiDocument, type KnownRoute } from '@app/platform/http';
import { contentSha256 } from '@app/bundle';
import { testBundle } from '@app/builds/testing';
import { newId } from '@app/kernel';
import { useDatabase, useRedis } from '@app/testing';
import { OPEN_API } from './create-api';
import { ApiHarness, type TestTenant } from './testing/api-harness';
import { filePart, multipart, MULTIPART } from './testing/multipart';

/** Ids of things of one tenant, by the name of the parameter that stands for them. */
type Things = Readonly<Record<string, string>>;

/** Kept apart from its event. */
const LARGE = 'secret-blob'.repeat(10_000);

describe('every route', () => {
  const database = useDatabase();
  const redis = useRedis();
  let api: ApiHarness;
  let theirs: TestTenant;
  let things: Things;
  let routes: readonly KnownRoute[];
  beforeAll(async () => {
    api = await ApiHarness.start(database.url, redis, { HOT_API_SSE_TIMEOUT_SECONDS: '1' });
    theirs = await api.addTenant();
    things = await makeThings(theirs);
    routes = api.http.routes.routes().filter((route) => route.access?.kind === 'credential');
  });
  afterAll(() => api.stop());

  async function makeThings(tenant: TestTenant): Promise<Things> {
    const post = (url: string, options: object) => api.call('POST', url, { token: tenant.token, ...options });
    const project = (await post('/v1/projects', { body: { name: 'secret-project' } })).json().data;
    const archive = testBundle('fn ::a/b');
    const parts = [{ name: 'hash', content: contentSha256(archive) }, filePart(archive)];
    const upload = await post('/v1/projects/secret-project/builds', {
      headers: MULTIPART,
      payload: multipart(parts),
    });
    const event = (
      await post('/v1/events', { body: { event_type: 'secret:event', event_data: { a: LARGE } } })
    ).json().data;
    const file = await api.call('PUT', '/v1/files/upload/secret-file', { token: tenant.token, payload: 'x' });
    const begun = await post('/v1/files/uploads', { body: { path: 'secret-file' } });
    const domain = await post('/v1/domains', { body: { domain: 'secret-domain.example.test' } });
    const session = await post('/v1/sessions', { body: { permissions: {} } });
    const serviceKey = await post('/v1/service-keys', { body: { permissions: {}, name: 'secret-customer' } });
    const taskId = newId();
    await api.db.execute(
      `INSERT INTO hot.task (task_id, org_id, env_id, retention_class, stream_id, function_name, timeout_ms)
       VALUES ($1, $2, $3, -1, $4, '::secret/job', 60000)`,
      [taskId, tenant.orgId, tenant.envId, event.stream_id],
    );
    const blob = await api.db.queryOne<{ blob_ref_id: string }>(
      'SELECT blob_ref_id FROM hot.blob_ref WHERE source_id = $1',
      [event.event_id],
    );
    return {
      task_id: taskId,
      blob_ref_id: blob?.blob_ref_id ?? '',
      session_id: session.json().data.session_id,
      service_key_id: serviceKey.json().data.service_key_id,
      domain_id: domain.json().data.domain_id,
      file_id: file.json().data.file_id,
      upload_id: begun.json().data.upload_id,
      project_id_or_slug: project.project_id,
      key: project.project_id,
      build_id: upload.json().data.build_id,
      event_id: event.event_id,
      stream_id: event.stream_id,
    };
  }

  const fill = (route: KnownRoute, values: Things): string =>
    route.path
      .replace(':part_number', '1')
      .replace(/:(\w+)/g, (_, name: string) => values[name] ?? newId())
      .replace('*', 'x');
  /** A body that gets past the schemas, so that what is tested is reached. */
  const bodyFor = (route: KnownRoute, values: Things): object => {
    if (route.method === 'GET' || route.method === 'DELETE' || route.method === 'HEAD') return {};
    if (route.body === 'stream') {
      const archive = testBundle('');
      const parts = [{ name: 'hash', content: contentSha256(archive) }, filePart(archive)];
      return { headers: MULTIPART, payload: multipart(parts) };
    }
    return {
      body: {
        name: 'x',
        event_type: 'x',
        event_data: {},
        stream_id: values['stream_id'],
        permissions: {},
        key: 'x',
        value: 'x',
        path: 'x',
        domain: 'x.example.test',
      },
    };
  };
  const described = (route: KnownRoute): string => `${route.method} ${route.path}`;

  it('is there, and many are', () => {
    expect(routes.length).toBeGreaterThan(25);
    expect(routes.every((route) => /^\/(v1|apps)\//.test(route.path))).toBe(true);
  });

  it('refuses strangers with 401 before anything else [api-15.1]', async () => {
    for (const route of routes) {
      for (const token of [null, 'rubbish', `hot_${'0'.repeat(32)}_${'0'.repeat(64)}`]) {
        const answer = await api.call(route.method, fill(route, {}), { token, payload: '{' });
        expect([described(route), token, answer.statusCode]).toEqual([described(route), token, 401]);
        if (route.method !== 'HEAD') expect(answer.json().error.code).toBe('unauthorized');
      }
    }
  });

  it('treats what belongs to another environment as if it did not exist [P4, api-15.10]', async () => {
    const addressed = routes.filter((route) => route.path.includes(':') && route.method !== 'HEAD');
    expect(addressed.length).toBeGreaterThan(15);
    for (const route of addressed) {
      const options = bodyFor(route, {});
      const [foreign, unknown] = [
        await api.call(route.method, fill(route, things), options),
        await api.call(route.method, fill(route, {}), options),
      ];
      const facts = ({ statusCode, headers, body }: typeof foreign) => ({
        statusCode,
        type: headers['content-type'],
        // Ids and times differ from answer to answer; nothing else may.
        body: body.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID').replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'),
      });
      expect([described(route), facts(foreign)]).toEqual([described(route), facts(unknown)]);
      if (!route.path.startsWith('/v1/streams')) {
        expect([described(route), foreign.statusCode]).toEqual([described(route), 404]);
      }
      for (const secret of [
        'secret-project',
        'secret:event',
        'secret-file',
        'secret-blob',
        'secret-domain',
        theirs.envId,
        theirs.orgId,
      ]) {
        expect([described(route), foreign.body.includes(secret)]).toEqual([described(route), false]);
      }
    }
  });

  it('leaves everything of another environment as it was', async () => {
    const project = await api.call('GET', '/v1/projects/secret-project', { token: theirs.token });
    expect(project.json().data).toMatchObject({ project_id: things['project_id_or_slug'], active: true });
    const build = await api.call('GET', `/v1/projects/secret-project/builds/${things['build_id']}`, {
      token: theirs.token,
    });
    expect(build.json().data).toMatchObject({ deployed: false, deployment_sequence: 0 });
    const file = await api.call('GET', `/v1/files/${things['file_id']}/download`, { token: theirs.token });
    expect(file.body).toBe('x');
    const part = await api.call('PUT', `/v1/files/uploads/${things['upload_id']}/1`, {
      token: theirs.token,
      payload: 'x',
    });
    expect(part.statusCode).toBe(200);
  });

  it('shows nothing of another environment in lists', async () => {
    const lists = routes.filter(
      (route) => route.method === 'GET' && !route.path.includes(':') && !/subscribe/.test(route.path),
    );
    for (const route of lists) {
      const answer = await api.call('GET', route.path);
      expect([described(route), answer.statusCode]).toEqual([described(route), 200]);
      for (const id of [
        ...Object.values(things),
        'secret-project',
        'secret:event',
        'secret-file',
        theirs.envId,
      ]) {
        expect([described(route), answer.body.includes(id)]).toEqual([described(route), false]);
      }
    }
  });

  it('refuses a credential without any permission, on things that are its own [api-15.13]', async () => {
    const token = await api.key({}, theirs);
    for (const route of routes) {
      // Any API key may make service keys out of what it has, which is nothing here.
      if (route.path.startsWith('/v1/service-keys')) continue;
      // A fresh event is published, not addressed: covered by the tests of events.
      const answer = await api.call(route.method, fill(route, { ...things, run_id: newId() }), {
        token,
        ...bodyFor(route, things),
      });
      const expected = route.path.includes(':run_id') ? 404 : 403;
      expect([described(route), answer.statusCode]).toEqual([described(route), expected]);
    }
  });

  it.each(['sessions', 'service-keys'])(
    'takes %s that may everything, but lets them make no others [api-15.73]',
    async (kind) => {
      const made = await api.call('POST', `/v1/${kind}`, { body: { permissions: { '*:*': ['*'] } } });
      const { token } = made.json().data;
      const asked = routes.filter((each) => each.method !== 'HEAD' && !each.path.includes('subscribe'));
      for (const route of asked) {
        const options = { token, ...bodyFor(route, {}) };
        const { statusCode } = await api.call(route.method, fill(route, {}), options);
        const forKeys = /^\/v1\/(sessions|service-keys|blobs)/.test(route.path);
        expect([described(route), statusCode === 401, statusCode === 403]).toEqual([
          described(route),
          false,
          forKeys,
        ]);
      }
    },
  );

  it('is described, with the parameter names of its path, and nothing else is; but those of apps and blobs', async () => {
    const document = openApiDocument(api.http.app, OPEN_API);
    const operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const known = routes
      .filter((route) => route.method !== 'HEAD' && !/^(\/v1)?\/(apps|blobs)\//.test(route.path))
      .map((route) => `${route.method} ${route.path.replace(/:(\w+)/g, '{$1}').replace('*', '{path}')}`);
    expect(operations.sort()).toEqual([...known, 'GET /status'].sort());
    for (const [path, item] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(item as Record<string, Record<string, unknown>>)) {
        const where = `${method} ${path}`;
        expect([where, operation['summary']]).toEqual([where, expect.stringMatching(/^[A-Z]/)]);
        expect([where, Object.keys(operation['responses'] as object)]).toEqual([
          where,
          expect.arrayContaining(['default']),
        ]);
        expect([where, (operation['tags'] as string[]).length]).toEqual([where, 1]);
        const parameters = (operation['parameters'] ?? []) as readonly { in: string; name: string }[];
        const named = parameters.filter((one) => one.in === 'path').map((one) => one.name);
        expect([where, named.sort()]).toEqual([
          where,
          [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort(),
        ]);
      }
    }
    expect(document.components?.securitySchemes).toEqual({ bearer_auth: { type: 'http', scheme: 'bearer' } });
    expect(document.paths['/status']?.get?.security).toEqual([{}]);
    expect(JSON.stringify(document)).not.toContain('#/$defs');
  });
});

describe('a server with a route that says nothing about access', () => {
  @Controller()
  class Careless {
    @Get('open')
    @Public()
    open(): object {
      return {};
    }

    @Get('bare')
    bare(): object {
      return {};
    }
  }

  @Module({
    imports: [
      ConfigModule.forRoot({ DATABASE_URL: 'postgres://localhost/none', REDIS_URL: 'redis://localhost' }),
    ],
    controllers: [Careless],
    providers: [
      { provide: Authenticator, useValue: { authenticate: () => Promise.reject(new Error()) } },
      { provide: AccessRecorder, useValue: { record: () => undefined } },
    ],
  })
  class CarelessModule {}

  it('does not start, and names the route', async () => {
    const http = await createHttpApp(CarelessModule, { logger: false });
    installAuthentication(http, { record: false });
    await expect(http.app.init().then(() => http.server.ready())).rejects.toThrow(
      'neither @Access nor @Public: GET /bare',
    );
    await http.app.close();
  });
});
