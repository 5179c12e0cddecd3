/** Who may use what of a service. */
import { isGranted } from '@app/access';
import { ForbiddenError, type PermissionSet } from '@app/kernel';

/** A grant for the bare service stands for all of it. */
function hasShorthand(permissions: PermissionSet, service: string): boolean {
  return executes(permissions[`mcp:${service}`]);
}

function executes(actions: readonly string[] | undefined): boolean {
  return actions !== undefined && (actions.includes('execute') || actions.includes('*'));
}

/** Whoever may call one of its tools may knock. Throws ForbiddenError. */
export function requireService(permissions: PermissionSet, service: string): void {
  const below = `mcp:${service}/`;
  const may =
    isGranted(permissions, `${below}*`, 'execute') ||
    hasShorthand(permissions, service) ||
    Object.entries(permissions).some(([pattern, actions]) => pattern.startsWith(below) && executes(actions));
  if (!may) throw new ForbiddenError(`Credential does not have execute permission for mcp:${service}`);
}

export function mayCall(permissions: PermissionSet, service: string, tool: string): boolean {
  return isGranted(permissions, `mcp:${service}/${tool}`, 'execute') || hasShorthand(permissions, service);
}
