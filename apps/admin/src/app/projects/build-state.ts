import type { BuildRow } from '@app/contracts';

/** A build in one word for lists: what matters most first. */
export function buildState(build: BuildRow): string {
  if (!build.active) return 'removed';
  if (build.runtime_status === 'loading') return 'loading';
  if (build.deployed && build.runtime_status === 'pending') return 'pending';
  if (build.runtime_status === 'failed') return 'failed';
  if (build.deployed) return 'deployed';
  return build.deployment_sequence > 0 ? 'superseded' : 'available';
}
