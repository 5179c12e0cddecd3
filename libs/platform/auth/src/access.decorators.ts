import { routeFacts } from '@app/platform/http';

/**
 * What kind of act a route is: a resource type and one of the closed set of actions. Which thing it is done to, and
 * whether this credential may, is asked by the service that knows the thing.
 */
export function Access(
  resource: string,
  action: 'create' | 'read' | 'update' | 'delete' | 'execute',
): MethodDecorator {
  return routeFacts({ access: { kind: 'credential', resource, action } });
}

/** A route that needs no credential and writes no access record. */
export function Public(): MethodDecorator {
  return routeFacts({ access: { kind: 'public' } });
}
