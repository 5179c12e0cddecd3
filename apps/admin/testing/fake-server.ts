import type { Me } from '@app/contracts';
import { forgetAnswers } from '@app/admin-ui/data';

export interface Request {
  readonly method: string;
  readonly url: URL;
  readonly body: unknown;
  readonly headers: Headers;
}

type Answer = { readonly status?: number; readonly body?: unknown };
type Route = (request: Request) => Answer | unknown;

/** Answers the app's requests within a test. Routes are "METHOD /path"; the newest of a name wins. */
export class FakeServer {
  readonly requests: Request[] = [];
  private readonly routes = new Map<string, Route>();

  constructor() {
    forgetAnswers();
    globalThis.fetch = async (input, init) => this.answer(String(input), init ?? {});
  }

  on(route: string, answer: Route): this {
    this.routes.set(route, answer);
    return this;
  }

  /** Requests of one route, oldest first. */
  to(route: string): Request[] {
    return this.requests.filter(({ method, url }) => `${method} ${url.pathname}` === route);
  }

  private answer(input: string, init: RequestInit): Response {
    const url = new URL(input, 'http://app.test');
    const method = init.method ?? 'GET';
    const request: Request = {
      method,
      url,
      body: typeof init.body === 'string' ? (JSON.parse(init.body) as unknown) : undefined,
      headers: new Headers(init.headers),
    };
    this.requests.push(request);
    const route = this.routes.get(`${method} ${url.pathname}`);
    if (route === undefined) throw new Error(`unexpected request: ${method} ${url.pathname}`);
    const given = route(request);
    const { status, body } = isAnswer(given) ? given : { status: 200, body: given };
    return {
      ok: (status ?? 200) < 400,
      status: status ?? 200,
      headers: new Headers(),
      json: async () => body,
    } as Response;
  }
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && 'status' in value && typeof value.status === 'number';
}

export const single = (data: unknown) => ({
  data,
  meta: { request_id: 'r', timestamp: '2026-03-04T09:00:00Z' },
});

export const listing = (data: readonly unknown[], over: Record<string, unknown> = {}) => ({
  data,
  pagination: {
    total: data.length,
    total_is_capped: false,
    limit: 25,
    offset: 0,
    has_more: false,
    next_cursor: null,
    prev_cursor: null,
    ...over,
  },
  meta: { request_id: 'r', timestamp: '2026-03-04T09:00:00Z', now: '2026-03-04T09:00:00Z' },
});

export function aMe(capabilities: Me['orgs'][number]['envs'][number]['capabilities'] = []): Me {
  return {
    user: { user_id: 'u1', email: 'ada@example.com', name: 'Ada' },
    csrf_token: 'csrf-1',
    api_url: 'http://localhost:4681',
    development: true,
    version: '0.1.0',
    orgs: [
      {
        org_id: 'o1',
        slug: 'acme',
        name: 'Acme',
        kind: 'organization',
        role: 'admin',
        envs: [{ env_id: 'e1', name: 'development', capabilities }],
      },
    ],
  };
}
