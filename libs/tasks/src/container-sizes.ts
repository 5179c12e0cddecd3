/** Sizes of containers. Pure. */

export interface ContainerSize {
  readonly name: string;
  readonly memoryMb: number;
  /** Of one core. */
  readonly cpuPct: number;
  readonly tmpMb: number;
  readonly diskMb: number;
  readonly timeoutSecs: number;
  /** What a second costs, in compute units. */
  readonly multiplier: number;
}

const size = (
  name: string,
  [memoryMb, cpuPct, tmpMb, diskMb, timeoutSecs, multiplier]: readonly [
    number,
    number,
    number,
    number,
    number,
    number,
  ],
): ContainerSize => ({ name, memoryMb, cpuPct, tmpMb, diskMb, timeoutSecs, multiplier });

/** Smallest first. */
export const CONTAINER_SIZES: readonly [ContainerSize, ...ContainerSize[]] = [
  size('nano', [64, 10, 32, 256, 60, 0.25]),
  size('micro', [128, 25, 64, 512, 60, 0.5]),
  size('small', [256, 25, 128, 1_024, 60, 1]),
  size('medium', [512, 50, 256, 5_120, 300, 2]),
  size('large', [1_024, 75, 500, 10_240, 600, 4]),
  size('xlarge', [2_048, 100, 1_024, 20_480, 1_800, 8]),
  size('2xlarge', [4_096, 100, 2_048, 51_200, 3_600, 16]),
  size('4xlarge', [8_192, 100, 4_096, 51_200, 7_200, 32]),
];

/** The largest that needs no more memory than this; the smallest for less than any has. */
export function sizeForMemory(memoryMb: number): ContainerSize {
  return CONTAINER_SIZES.findLast((each) => each.memoryMb <= memoryMb) ?? CONTAINER_SIZES[0];
}
