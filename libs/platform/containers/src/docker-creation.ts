/** What the engine is told of a new container. Pure. */
import type { ContainerOrder } from './container-driver';

const CPU_PERIOD_US = 100_000;
/** Open files of one process. */
const MAX_FILES = 1_024;

export function creationOf(order: ContainerOrder): object {
  const { network, memoryBytes, tmpBytes } = order;
  return {
    Image: order.image,
    ...(order.entrypoint === null ? {} : { Entrypoint: order.entrypoint }),
    ...(order.command === null ? {} : { Cmd: order.command }),
    Env: Object.entries(order.env).map(([name, value]) => `${name}=${value}`),
    ...(order.user === null ? {} : { User: order.user }),
    Labels: order.labels,
    Tty: false,
    OpenStdin: false,
    AttachStdin: false,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      NetworkMode: network ?? 'none',
      Memory: memoryBytes,
      // As much as the memory: no swap.
      MemorySwap: memoryBytes,
      CpuPeriod: CPU_PERIOD_US,
      CpuQuota: order.cpuPct * (CPU_PERIOD_US / 100),
      PidsLimit: order.maxProcesses,
      ReadonlyRootfs: !order.isWritable,
      Privileged: false,
      CapDrop: ['ALL'],
      CapAdd: order.capabilities,
      SecurityOpt: ['no-new-privileges'],
      Tmpfs: { '/tmp': `rw,nosuid,nodev,size=${tmpBytes},mode=1777` },
      Ulimits: [
        { Name: 'nofile', Soft: MAX_FILES, Hard: MAX_FILES },
        { Name: 'nproc', Soft: order.maxProcesses, Hard: order.maxProcesses },
        { Name: 'core', Soft: 0, Hard: 0 },
      ],
      // We read what it prints as it comes: a program that prints without end must not fill the engine's disk.
      LogConfig: { Type: 'none', Config: {} },
      IpcMode: 'private',
      RestartPolicy: { Name: 'no' },
      AutoRemove: false,
    },
  };
}
