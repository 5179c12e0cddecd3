import { AppError, ForbiddenError, type PermissionSet, type Principal } from '@app/kernel';
import type { Action } from './permission-types';
import { findEscalation, isGranted } from './permissions';

/**
 * Throws ForbiddenError unless the principal may do this to the thing. A thing with several names (a project's name and
 * id) is allowed under any of them; the message uses the first.
 */
export function requirePermission(
  principal: Principal,
  action: Action,
  ...urns: readonly [string, ...string[]]
): void {
  if (urns.some((urn) => isGranted(principal.permissions, urn, action))) return;
  throw new ForbiddenError(`Credential does not have ${action} permission for ${urns[0]}`);
}

/** Throws ForbiddenError unless the credential is an API key: sessions and service keys can't make others. */
export function requireApiKey(principal: Principal): void {
  if (principal.kind === 'api-key') return;
  throw new ForbiddenError('Only API keys may do this');
}

/** Throws `permission_escalation` unless the requested set is part of the principal's own. */
export function requireSubset(principal: Principal, requested: PermissionSet): void {
  const escalation = findEscalation(principal.permissions, requested);
  if (escalation === null) return;
  throw new AppError(
    'permission_escalation',
    `The API key itself does not have ${escalation.action} permission for ${escalation.urn}`,
  );
}
