import type { EnvScope, Principal } from '@app/kernel';
import { requireApiKey } from '@app/access';

/** An API key in its environment: whose sessions and service keys are looked at. */
export interface KeyScope extends EnvScope {
  readonly apiKeyId: string;
}

/** Throws ForbiddenError unless the principal is an API key. */
export function keyScopeOf(principal: Principal): KeyScope {
  requireApiKey(principal);
  const { orgId, envId, credentialId } = principal;
  return { orgId, envId, apiKeyId: credentialId };
}
