/**
 * Facts about a route that are needed before its handler: they travel in Fastify's route configuration, so that hooks
 * read a property of the matched route instead of decorator metadata on every request.
 */
import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';

/**
 * What a route does with a request body. `json`: required, parsed. `json-optional`: parsed when there is one. `json-text`: required, handed over as the text that
 * was received. `ignored` (the default): read up to the limit and dropped. `stream`: left to the handler.
 */
export type BodyMode = 'json' | 'json-optional' | 'json-text' | 'ignored' | 'stream';

/** Who may call a route. Set by @Public() or @Access() of the auth library. */
export type RouteAccess =
  | { readonly kind: 'public' }
  | { readonly kind: 'credential'; readonly resource: string; readonly action: string };

export interface RouteFacts {
  readonly access?: RouteAccess;
  readonly body?: BodyMode;
}

declare module 'fastify' {
  interface FastifyContextConfig extends RouteFacts {
    readonly hotFacts?: true;
  }
}

/** Adds facts to a route; several decorators may each add theirs. */
export function routeFacts(facts: RouteFacts): MethodDecorator {
  return (target, key, descriptor) => {
    const handler: unknown = descriptor.value;
    if (typeof handler !== 'function') throw new Error(`${String(key)} is not a route handler`);
    RouteConfig({ ...knownFacts(handler), ...facts })(target, key, descriptor);
  };
}

/** Facts from a parameter decorator: they run first and see no descriptor. */
export function parameterFacts(target: object, key: string | symbol | undefined, facts: RouteFacts): void {
  if (key === undefined) throw new Error('Only parameters of methods describe a route');
  const descriptor = Object.getOwnPropertyDescriptor(target, key);
  if (descriptor === undefined) throw new Error(`${String(key)} is not a route handler`);
  routeFacts(facts)(target, key, descriptor);
}

function knownFacts(handler: object): RouteFacts {
  const known: unknown = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, handler);
  return typeof known === 'object' && known !== null ? known : {};
}
