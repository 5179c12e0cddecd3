/** How much of what is allowed is used. Pure. */

const WARN_ABOVE = 90;

/** 100 × used ÷ limit; 0 where there is no limit or nothing is included. May exceed 100. */
export function percentOf(used: number, limit: number): number {
  return limit <= 0 ? 0 : (100 * used) / limit;
}

export function hasWarning(percentages: readonly number[]): boolean {
  return percentages.some((percent) => percent > WARN_ABOVE);
}
