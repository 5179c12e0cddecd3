import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { routeFacts } from '@app/platform/http';
import type { FastifyRequest } from 'fastify';
import type { Capability } from './capability';
import type { EnvMember, OrgMember, SignedIn } from './signed-in';

/** What a route of the app demands of whoever calls it. */
export type RouteAccess =
  | { readonly kind: 'open' }
  | { readonly kind: 'signed-in' }
  | { readonly kind: 'capability'; readonly capability: Capability };

export const ROUTE_ACCESS = Symbol('identity:route-access');

/** Anybody may call it, without a session: signing in, and what the sign-in page shows. */
export const Open = (): MethodDecorator =>
  applyDecorators(
    SetMetadata(ROUTE_ACCESS, { kind: 'open' } satisfies RouteAccess),
    // For the server's own hooks, which run before there is a handler.
    routeFacts({ access: { kind: 'public' } }),
  );

/** Anybody signed in, about themselves. */
export const ForSignedIn = (): MethodDecorator & ClassDecorator =>
  SetMetadata(ROUTE_ACCESS, { kind: 'signed-in' } satisfies RouteAccess);

/** Members of the organization in the address whose role has the capability. */
export const Needs = (capability: Capability): MethodDecorator & ClassDecorator =>
  SetMetadata(ROUTE_ACCESS, { kind: 'capability', capability } satisfies RouteAccess);

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the session guard. */
    signedIn?: SignedIn;
    member?: OrgMember | EnvMember;
  }
}

/** The person who calls. Only on routes that are not open. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): SignedIn => {
  const user = requestOf(context).signedIn;
  if (user === undefined) throw new Error('CurrentUser on a route without a session');
  return user;
});

/** The person and the organization of the address. */
export const CurrentOrg = createParamDecorator((_: unknown, context: ExecutionContext): OrgMember => {
  const member = requestOf(context).member;
  if (member === undefined) throw new Error('CurrentOrg on a route without an organization');
  return member;
});

/** The person, the organization and the environment of the address. */
export const CurrentEnv = createParamDecorator((_: unknown, context: ExecutionContext): EnvMember => {
  const member = requestOf(context).member;
  if (member === undefined || !('envId' in member)) {
    throw new Error('CurrentEnv on a route without an environment');
  }
  return member;
});

const requestOf = (context: ExecutionContext): FastifyRequest =>
  context.switchToHttp().getRequest<FastifyRequest>();
