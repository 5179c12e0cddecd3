/** A run that began again without counting a delivery: why, and when. Kept with the run, so that no repeat goes unseen. */
export interface Restart {
  /** ISO 8601. */
  readonly at: string;
  readonly reason: string;
}

const MAX_RESTARTS = 20;
const MAX_REASON = 200;

/** As kept on the live row; null when there was none. Written by us alone. */
export function readRestarts(text: string | null): readonly Restart[] {
  return text === null ? [] : (JSON.parse(text) as readonly Restart[]);
}

/** The latest ones stay: drains may give one run back any number of times. */
export function withRestart(earlier: readonly Restart[], reason: string, atMs: number): readonly Restart[] {
  const restart = { at: new Date(atMs).toISOString(), reason: reason.slice(0, MAX_REASON) };
  return [...earlier.slice(1 - MAX_RESTARTS), restart];
}
