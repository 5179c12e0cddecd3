/** A container as people may see it: no values of its environment, no secrets. Pure. */
import type { TaskUser } from '@app/runs';
import type { Box } from './box';
import type { ContainerShape } from './shape';

/** JSON text, as in `hot.task.container`. */
export function shownBox(box: Box, shape: ContainerShape, secrets: TaskUser['secrets']): string {
  const json = JSON.stringify({
    image: box.image,
    entrypoint: box.entrypoint,
    command: box.command,
    script: box.script,
    env: Object.keys(box.env),
    mounts: box.mounts.map(({ resource, dest, isReadonly }) => ({ resource, dest, readonly: isReadonly })),
    writable: box.isWritable,
    network: shape.hasNetwork ? 'internet' : 'none',
    memory_mb: shape.memoryMb,
    cpu_pct: shape.cpuPct,
    tmp_mb: shape.tmpMb,
    disk_mb: shape.diskMb,
    timeout_secs: shape.timeoutSecs,
    multiplier: shape.multiplier,
    capped: shape.capped,
  });
  return secrets.hideIn(json)?.shown ?? json;
}
