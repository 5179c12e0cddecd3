/**
 * When a failed attempt is tried again. The policy comes from the `retry` metadata of the handler that failed: an
 * integer (attempts) or a map. Pure: randomness is handed in.
 */
export interface RetryLimits {
  /** Most attempts a handler may ask for. */
  readonly maxAttempts: number;
  readonly defaultDelayMs: number;
  readonly maxDelayMs: number;
}

export const DEFAULT_RETRY_LIMITS: RetryLimits = {
  maxAttempts: 10,
  defaultDelayMs: 1_000,
  maxDelayMs: 3_600_000,
};

export const BACKOFFS = ['fixed', 'exponential', 'linear'] as const;
export type Backoff = (typeof BACKOFFS)[number];

export interface RetryPolicy {
  /** Further attempts after the first; 0 for none. */
  readonly attempts: number;
  readonly delayMs: number;
  readonly maxDelayMs: number;
  readonly backoff: Backoff;
  readonly jitter: boolean;
}

const MIN_DELAY_MS = 100;
const DEFAULT_CAP_MS = 300_000;

/** Reads `meta.retry`. Whatever is missing or of the wrong kind takes its default; numbers are clamped. */
export function readRetryPolicy(retry: unknown, limits: RetryLimits = DEFAULT_RETRY_LIMITS): RetryPolicy {
  const map = isRecord(retry) ? retry : { attempts: retry };
  return {
    attempts: clamp(integer(map['attempts'], 0), 0, limits.maxAttempts),
    delayMs: clamp(integer(map['delay'], limits.defaultDelayMs), MIN_DELAY_MS, limits.maxDelayMs),
    maxDelayMs: clamp(
      integer(map['max_delay'] ?? map['max-delay'], DEFAULT_CAP_MS),
      MIN_DELAY_MS,
      limits.maxDelayMs,
    ),
    backoff: BACKOFFS.find((backoff) => backoff === map['backoff']) ?? 'fixed',
    jitter: map['jitter'] === true,
  };
}

/**
 * Pause before retry number `retry` (1 for the first), in whole milliseconds.
 * @param random uniform in [0, 1); spreads the pause by ±10 % when the policy asks for jitter.
 */
export function retryDelayMs(policy: RetryPolicy, retry: number, random: number): number {
  const k = Math.max(0, retry - 1);
  const factor = { fixed: 1, exponential: 2 ** Math.min(k, 40), linear: k + 1 }[policy.backoff];
  const delay = Math.min(policy.delayMs * factor, policy.maxDelayMs);
  return Math.max(MIN_DELAY_MS, Math.round(policy.jitter ? delay * (0.9 + 0.2 * random) : delay));
}

/** Whether an attempt with this number (0 for the first) may be followed by another. */
export function hasAttemptsLeft(policy: RetryPolicy, attempt: number): boolean {
  return attempt < policy.attempts;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function integer(value: unknown, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : fallback;
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}
