/** Waiting without sleeping: try until it holds or the deadline has passed. */

export interface EventuallyOptions {
  /** Default 5,000. */
  readonly timeoutMs?: number;
  /** Pause between two tries. Default 20. */
  readonly everyMs?: number;
}

/**
 * Calls `attempt` until it neither throws nor gives false, and returns what it gave. After the deadline it
 * throws the last error, so that a failed expectation reads as usual.
 */
export async function eventually<T>(
  attempt: () => T | Promise<T>,
  options: EventuallyOptions = {},
): Promise<Exclude<T, false>> {
  const { timeoutMs = 5000, everyMs = 20 } = options;
  const until = performance.now() + timeoutMs;
  for (;;) {
    let last: unknown = new Error(`still not so after ${timeoutMs} ms`);
    try {
      const value = await attempt();
      // A bare expectation returns undefined when it holds; only an explicit false asks for another try.
      if (value !== false) return value as Exclude<T, false>;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= until) throw last;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
