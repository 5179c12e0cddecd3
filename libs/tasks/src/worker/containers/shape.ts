/** How large a container becomes: what was asked for, else what its size says, within what the plan and we allow. Pure. */
import { cusMultiplier } from '../../compute-units';
import { CONTAINER_SIZES, sizeForMemory } from '../../container-sizes';
import { TaskRefusedError } from '../task.errors';
import type { Box } from './box';

/** What one container may have at most. */
export interface ContainerCaps {
  readonly memoryMb: number;
  readonly cpuPct: number;
  readonly tmpMb: number;
  readonly diskMb: number;
  readonly timeoutSecs: number;
  /** Whether it may have a network. */
  readonly network: boolean;
}

/** Of every installation. */
export const SYSTEM_CAPS: Omit<ContainerCaps, 'network'> = {
  memoryMb: 8_192,
  cpuPct: 100,
  tmpMb: 10_240,
  diskMb: 51_200,
  timeoutSecs: 86_400,
};

/** Of a container that says nothing. */
const WITHOUT_SIZE = { memoryMb: 512, cpuPct: 50, tmpMb: 500, diskMb: 5_120, timeoutSecs: 60 };

export type CappedLimit = keyof typeof WITHOUT_SIZE;

export interface ContainerShape extends Readonly<Record<CappedLimit, number>> {
  /** As asked for, else as the memory says. */
  readonly size: string;
  readonly multiplier: number;
  readonly hasNetwork: boolean;
  /** Limits that are lower than what was asked for. */
  readonly capped: readonly CappedLimit[];
}

/** Throws TaskRefusedError when it asks for a network that it may not have. */
export function shapeOf(box: Box, caps: ContainerCaps): ContainerShape {
  if (box.network === 'internet' && !caps.network)
    throw new TaskRefusedError('invalid', `network "internet" is not available here`);
  const preset = CONTAINER_SIZES.find(({ name }) => name === box.size) ?? WITHOUT_SIZE;
  const wanted: Readonly<Record<CappedLimit, number>> = {
    memoryMb: box.memoryMb ?? preset.memoryMb,
    cpuPct: preset.cpuPct,
    tmpMb: box.tmpMb ?? preset.tmpMb,
    diskMb: box.diskMb ?? preset.diskMb,
    timeoutSecs: box.timeoutSecs ?? preset.timeoutSecs,
  };
  const limited = (name: CappedLimit): number => Math.min(wanted[name], caps[name]);
  const memoryMb = limited('memoryMb');
  return {
    size: box.size ?? sizeForMemory(memoryMb).name,
    // Less memory than its size has costs less only where the plan has cut it: it was not chosen then.
    multiplier: cusMultiplier(box.size, box.size !== null && box.memoryMb === null ? null : memoryMb),
    memoryMb,
    cpuPct: limited('cpuPct'),
    tmpMb: limited('tmpMb'),
    diskMb: limited('diskMb'),
    timeoutSecs: limited('timeoutSecs'),
    hasNetwork: caps.network && box.network !== 'none',
    capped: (Object.keys(WITHOUT_SIZE) as CappedLimit[]).filter((name) => caps[name] < wanted[name]),
  };
}
