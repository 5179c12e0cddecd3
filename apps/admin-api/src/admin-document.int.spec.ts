import type { OpenAPIObject } from '@nestjs/swagger';
import { startAdminApp, type AdminTestApp } from './testing/admin-app';

describe('the document of the app’s API', () => {
  let app: AdminTestApp;
  let document: OpenAPIObject;
  beforeAll(async () => {
    app = await startAdminApp();
    document = (await app.server.inject({ url: '/admin/openapi.json' })).json() as OpenAPIObject;
  });
  afterAll(() => app.app.close());

  it('describes every route, each with a sentence and its answer', () => {
    const known = app.routes
      .routes()
      .filter(
        ({ path, method }) => path.startsWith('/admin/v1/') && method !== 'HEAD' && method !== 'OPTIONS',
      )
      .map(({ path, method }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    const operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item as Record<string, { summary?: string; responses: Record<string, unknown> }>).map(
        ([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation }),
      ),
    );
    expect(operations.map(({ name }) => name).sort()).toEqual(known.sort());
    for (const { name, operation } of operations) {
      expect([name, operation.summary ?? '']).not.toEqual([name, '']);
      expect([name, Object.keys(operation.responses).some((status) => status.startsWith('2'))]).toEqual([
        name,
        true,
      ]);
    }
  });

  it('refers to nothing that is not there', () => {
    const text = JSON.stringify(document);
    const there = new Set(Object.keys(document.components?.schemas ?? {}));
    const missing = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name = '']) => name);
    expect([...new Set(missing)].filter((name) => !there.has(name))).toEqual([]);
  });

  it('would notice an answer that has drifted from the contract', () => {
    const url = '/admin/v1/orgs/a/envs/b/nav';
    const meta = { request_id: 'r', timestamp: 't' };
    const data = { runs_running: 1, events_unhandled_24h: 0, runs_failed_24h: 0 };
    const problemOf = (body: object): string | undefined =>
      app.documented.problemOf('GET', url, 200, JSON.stringify(body));
    expect(problemOf({ data, meta })).toBeUndefined();
    expect(problemOf({ data: { ...data, more: 1 }, meta })).toContain('nav 200');
    expect(problemOf({ data: { ...data, runs_running: '1' }, meta })).toContain('data.runs_running');
    expect(app.documented.problemOf('GET', url, 418, '{}')).toContain('418');
  });

  it('names operations once', () => {
    const ids = [...JSON.stringify(document).matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
