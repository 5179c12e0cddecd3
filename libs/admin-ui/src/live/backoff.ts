/** Wait before try number `attempt` (from 0): 1 s, 2 s, 4 s … 30 s, each ± 25 %, so that clients do not come in step. */
export function reconnectDelayMs(attempt: number, random: () => number = Math.random): number {
  const base = Math.min(30_000, 1000 * 2 ** Math.min(attempt, 5));
  return Math.round(base * (0.75 + random() * 0.5));
}
