/** What containers are charged. Pure. */
import { CONTAINER_SIZES, sizeForMemory } from './container-sizes';

/**
 * The larger of what the size says and what the memory says: a small size with a lot of memory costs what the memory
 * costs. Without either it is that of 512 MB.
 */
export function cusMultiplier(size: string | null, memoryMb: number | null): number {
  const bySize = CONTAINER_SIZES.find(({ name }) => name === size)?.multiplier ?? 0;
  if (size !== null && memoryMb === null) return bySize;
  return Math.max(bySize, sizeForMemory(memoryMb ?? 512).multiplier);
}

/** From the container's start to the end of its command, in milliseconds. */
export function computeUnits(billableMs: number, multiplier: number): number {
  return Math.ceil((billableMs * multiplier) / 1_000);
}
