/** Every operation of the document with every kind of credential that must not be let in. New ones join by themselves. */
import { eventually } from '@app/testing';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, type Answer } from '../support/api';
import { OPERATIONS } from '../support/operations';
import { startPlatform, type Platform } from '../support/platform';
import { firstTenant, makeKey, makeTenant } from '../support/tenants';

const FIXTURE = join(__dirname, '../fixtures/sdk');
/** Operations that are still to be built. Grows shorter, never longer. */
const NOT_YET: readonly string[] = [];

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly multipart: boolean;
}
interface Body {
  readonly data: Readonly<Record<string, string>> & readonly Readonly<Record<string, string>>[];
  readonly error?: { readonly code: string; readonly request_id: string };
}
type Ids = Readonly<Record<string, string>>;

describe('every operation of the API', () => {
  let platform: Platform;
  let operations: readonly Operation[];
  let ours: Ids;

  beforeAll(async () => {
    // Streams that are open to whoever asks end by themselves.
    platform = await startPlatform({ env: { HOT_API_SSE_TIMEOUT_SECONDS: '1' } });
    await platform.hot(['deploy'], FIXTURE);
    operations = await described();
    ours = await makeThings();
  }, 90_000);
  afterAll(() => platform.stop());

  const send = (method: string, path: string, options: { key?: string | null; body?: unknown } = {}) =>
    call<Body>(platform.api, path, { method, key: platform.key, ...options });

  async function described(): Promise<readonly Operation[]> {
    const { body } = await call<{
      paths: Record<string, Record<string, { requestBody?: { content?: Record<string, unknown> } }>>;
    }>(platform.api, '/openapi.json');
    return Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { requestBody }]) => ({
        method: method.toUpperCase(),
        path,
        multipart: 'multipart/form-data' in (requestBody?.content ?? {}),
      })),
    );
  }

  async function makeThings(): Promise<Ids> {
    const first = (answer: Answer<Body>): Readonly<Record<string, string>> => answer.body.data[0] ?? {};
    const made = async (path: string, body: unknown, method = 'POST') =>
      (await send(method, path, { body })).body.data;
    const project = first(await send('GET', '/v1/projects'));
    const build = first(await send('GET', `/v1/projects/${project['project_id']}/builds`));
    const event = await made('/v1/events', {
      event_type: 'sdk:echo',
      event_data: { ours: 'our-own-secret' },
    });
    const run = await eventually(async () => {
      const found = first(await send('GET', `/v1/events/${event['event_id']}/runs`));
      expect(found['status']).toBe('succeeded');
      return found;
    });
    return {
      project_id_or_slug: project['project_id'] ?? '',
      build_id: build['build_id'] ?? '',
      event_id: event['event_id'] ?? '',
      stream_id: event['stream_id'] ?? '',
      run_id: run['run_id'] ?? '',
      session_id: (await made('/v1/sessions', { permissions: {} }))['session_id'] ?? '',
      service_key_id: (await made('/v1/service-keys', { permissions: {} }))['service_key_id'] ?? '',
      domain_id: (await made('/v1/domains', { domain: 'ours.example.test' }))['domain_id'] ?? '',
      file_id: (await made('/v1/files/upload/our-file', 'our-own-secret', 'PUT'))['file_id'] ?? '',
      upload_id: (await made('/v1/files/uploads', { path: 'our-file' }))['upload_id'] ?? '',
      key: 'our.key',
    };
  }

  const fill = ({ path }: Operation, ids: Ids): string =>
    path
      .replace('{part_number}', '1')
      .replace('{path}', 'x')
      .replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? randomUUID());
  const bodyOf = ({ method, multipart }: Operation, ids: Ids): { body?: unknown } => {
    if (method === 'GET' || method === 'DELETE') return {};
    if (multipart) {
      const form = new FormData();
      form.set('hash', '0'.repeat(64));
      form.set('file', new Blob(['x']), 'x.zip');
      return { body: form };
    }
    const stream = ids['stream_id'] === undefined ? {} : { stream_id: ids['stream_id'] };
    return {
      body: {
        ...stream,
        name: `n-${randomUUID()}`,
        event_type: 'x',
        event_data: {},
        permissions: {},
        key: 'k',
        value: 'v',
        path: 'x',
        domain: `d${randomUUID()}.example.test`,
      },
    };
  };
  const named = ({ method, path }: Operation): string => `${method} ${path}`;
  const secured = (): readonly Operation[] => operations.filter(({ path }) => path !== '/status');

  it('is in the document, and nothing else is [api-15.64]', () => {
    expect(NOT_YET.filter((each) => !OPERATIONS.includes(each))).toEqual([]);
    expect(operations.map(named).sort()).toEqual(OPERATIONS.filter((each) => !NOT_YET.includes(each)).sort());
    expect(OPERATIONS).toHaveLength(62);
  });

  it('answers 401, with one text and a request id, whatever is wrong with the credential', async () => {
    const made = async (path: string, body: object = {}, key = platform.key) =>
      (await send('POST', path, { key, body: { permissions: { '*:*': ['*'] }, ...body } })).body.data;
    const tenant = await firstTenant(platform);
    const parent = await makeKey(platform, tenant);
    const [child, disabled] = [await made('/v1/sessions', {}, parent), await makeKey(platform, tenant)];
    const childKey = await made('/v1/service-keys', {}, parent);
    const [expiring, revoked] = [await made('/v1/sessions', { expires_in: 1 }), await made('/v1/sessions')];
    const revokedKey = await made('/v1/service-keys');
    await send('DELETE', `/v1/sessions/${revoked['session_id']}`);
    await send('DELETE', `/v1/service-keys/${revokedKey['service_key_id']}`);
    for (const key of [parent, disabled]) {
      const id = key.split('_')[1] ?? '';
      await platform.query('UPDATE hot.api_key SET active = false WHERE api_key_id = $1::uuid', [id]);
    }
    await sleep(1_100);
    const [id, secret] = [platform.key.split('_')[1] ?? '', platform.key.split('_')[2] ?? ''];
    const wrong: Readonly<Record<string, string | null>> = {
      'no token': null,
      rubbish: 'rubbish',
      'no secret': `hot_${id}_`,
      'half a secret': `hot_${id}_${secret.slice(0, 32)}`,
      'more than a secret': `hot_${id}_${secret}_${secret}`,
      'no hex': `hot_${id}_${'g'.repeat(64)}`,
      'an unknown id': `hot_${'0'.repeat(32)}_${secret}`,
      'another secret': `hot_${id}_${'0'.repeat(64)}`,
      'a key taken for a session': `s_${id}_${secret.slice(0, 32)}`,
      'a key taken for a service key': `${id}_${secret.slice(0, 32)}`,
      'an expired session': expiring['token'] ?? '',
      'a revoked session': revoked['token'] ?? '',
      'a revoked service key': revokedKey['token'] ?? '',
      'a disabled key': disabled,
      'a session of a disabled key': child['token'] ?? '',
      'a service key of a disabled key': childKey['token'] ?? '',
    };
    let cells = 0;
    for (const operation of secured()) {
      for (const [what, key] of Object.entries(wrong)) {
        const answer = await send(operation.method, fill(operation, ours), {
          key,
          ...bodyOf(operation, ours),
        });
        expect([named(operation), what, answer.status, answer.headers.get('www-authenticate')]).toEqual([
          named(operation),
          what,
          401,
          'Bearer',
        ]);
        expect(answer.body).toEqual({
          error: {
            code: 'unauthorized',
            message: 'Invalid or missing credential',
            request_id: answer.headers.get('x-request-id'),
          },
        });
        cells += 1;
      }
    }
    expect(cells).toBe(secured().length * 16);
  }, 120_000);

  it.each(['another environment', 'another organization'])(
    'treats what is ours as if it did not exist for a credential of %s',
    async (whose) => {
      const { orgId } = await firstTenant(platform);
      const tenant = await makeTenant(platform, whose === 'another environment' ? orgId : undefined);
      const key = await makeKey(platform, tenant);
      for (const operation of secured()) {
        const [foreign, unknown] = [
          await send(operation.method, fill(operation, ours), { key, ...bodyOf(operation, ours) }),
          await send(operation.method, fill(operation, {}), {
            key,
            ...bodyOf(operation, { stream_id: randomUUID() }),
          }),
        ];
        if (operation.path.includes('{')) {
          const isOurs = !operation.path.endsWith('{path}');
          expect([named(operation), foreign.status, foreign.body?.error?.code]).toEqual([
            named(operation),
            unknown.status,
            unknown.body?.error?.code,
          ]);
          // A stream that nobody has begun can be followed: it is told nothing.
          if (isOurs && !operation.path.startsWith('/v1/streams'))
            expect([named(operation), foreign.status]).toEqual([named(operation), 404]);
        }
        for (const secret of ['our-own-secret', 'our-file', 'ours.example.test', ours['run_id'] ?? '']) {
          expect([named(operation), foreign.text.includes(secret)]).toEqual([named(operation), false]);
        }
      }
      for (const path of [
        `/v1/projects/${ours['project_id_or_slug']}`,
        `/v1/files/${ours['file_id']}`,
        `/v1/domains/${ours['domain_id']}`,
        `/v1/service-keys/${ours['service_key_id']}`,
      ]) {
        expect([path, (await send('GET', path)).status]).toEqual([path, 200]);
      }
    },
    120_000,
  );

  it('gives a request id with every answer, of its own and the same in header and body [api-15.68]', async () => {
    const seen = new Set<string>();
    const reads = secured().filter(({ method, path }) => method === 'GET' && !path.includes('subscribe'));
    for (const operation of [...reads, { method: 'GET', path: '/status', multipart: false }]) {
      const answer = await send('GET', fill(operation, ours));
      const id = answer.headers.get('x-request-id') ?? '';
      expect([named(operation), id]).toEqual([named(operation), expect.stringMatching(/^[0-9a-f-]{36}$/)]);
      const body = answer.body as { meta?: { request_id: string }; error?: { request_id: string } } | null;
      const told = body?.meta?.request_id ?? body?.error?.request_id;
      if (told !== undefined) expect([named(operation), told]).toEqual([named(operation), id]);
      seen.add(id);
    }
    expect(seen.size).toBe(reads.length + 1);
    const stop = new AbortController();
    const stream = await fetch(`${platform.api}/v1/env/subscribe`, {
      headers: { authorization: `Bearer ${platform.key}` },
      signal: stop.signal,
    });
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    expect(stream.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    stop.abort();
    for (const [method, path] of [
      ['GET', '/v1/rockets'],
      ['PUT', '/v1/env'],
      ['GET', '/v1/%zz'],
      ['GET', '/healthz/live'],
      ['GET', '/openapi.json'],
    ] as const) {
      const answer = await send(method, path);
      expect([path, answer.headers.get('x-request-id')]).toEqual([
        path,
        expect.stringMatching(/^[0-9a-f-]{36}$/),
      ]);
    }
  });
});
