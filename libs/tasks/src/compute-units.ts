/** What containers are charged. Pure. */

/** Memory in MB and multiplier of each size, smallest first. */
const SIZES = [
  ['nano', 64, 0.25],
  ['micro', 128, 0.5],
  ['small', 256, 1],
  ['medium', 512, 2],
  ['large', 1_024, 4],
  ['xlarge', 2_048, 8],
  ['2xlarge', 4_096, 16],
  ['4xlarge', 8_192, 32],
] as const;

/**
 * The larger of what the size says and what the memory says: a small size with a lot of memory costs what the memory
 * costs. Without either it is that of 512 MB.
 */
export function cusMultiplier(size: string | null, memoryMb: number | null): number {
  const bySize = SIZES.find(([name]) => name === size)?.[2] ?? 0;
  if (size !== null && memoryMb === null) return bySize;
  const byMemory = SIZES.findLast(([, memory]) => memory <= (memoryMb ?? 512))?.[2] ?? SIZES[0][2];
  return Math.max(bySize, byMemory);
}

/** From the container's start to the end of its command, in milliseconds. */
export function computeUnits(billableMs: number, multiplier: number): number {
  return Math.ceil((billableMs * multiplier) / 1_000);
}
