import { isGranted } from '@app/access';
import { ForbiddenError, type Principal } from '@app/kernel';
import type { RunView } from './run.view';

/** Throws ForbiddenError unless the credential may read the run. A called function's run may also be granted by its name. */
export function requireRunPermission(principal: Principal, run: RunView): void {
  const urn = `run:${run.runId}`;
  if (isGranted(principal.permissions, urn, 'read')) return;
  if (
    run.runType === 'call' &&
    run.functionName !== null &&
    isGranted(principal.permissions, `call:${run.functionName}`, 'read')
  ) {
    return;
  }
  throw new ForbiddenError(`Credential does not have read permission for ${urn}`);
}
