import { AppError } from '@app/kernel';
import type { FastifyInstance } from 'fastify';
import type { RouteFacts } from './route-config';

export interface KnownRoute extends RouteFacts {
  readonly method: string;
  /** In Fastify's syntax: `/v1/projects/:project_id_or_slug`. */
  readonly path: string;
}

export class MethodNotAllowedError extends AppError {
  constructor(readonly allow: string) {
    super('method_not_allowed', `This path only takes ${allow}`);
  }
}

/** Every route of a server: to tell a wrong method from an unknown path, and for checks over all routes. */
export class RouteTable {
  private readonly known: KnownRoute[] = [];
  private readonly patterns = new Map<string, RegExp>();

  /** Collects routes that are registered from now on. */
  watch(server: FastifyInstance): void {
    server.addHook('onRoute', ({ method, url, config }) => {
      for (const name of [method].flat()) {
        this.known.push({
          method: name,
          path: url,
          ...(config?.access === undefined ? {} : { access: config.access }),
          ...(config?.body === undefined ? {} : { body: config.body }),
        });
      }
      if (!this.patterns.has(url)) this.patterns.set(url, patternOf(url));
    });
  }

  routes(): readonly KnownRoute[] {
    return this.known;
  }

  /** Methods that the path takes, as for the Allow header; undefined when the path is unknown. */
  allowed(path: string): string | undefined {
    const methods = new Set<string>();
    for (const route of this.known) {
      if (this.patterns.get(route.path)?.test(path)) methods.add(route.method);
    }
    return methods.size === 0 ? undefined : [...methods].sort().join(', ');
  }
}

function patternOf(url: string): RegExp {
  const source = url
    .split('/')
    .map((part) => {
      if (part.startsWith(':')) return '[^/]+';
      return part === '*' ? '.*' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('/');
  return new RegExp(`^${source}$`);
}
