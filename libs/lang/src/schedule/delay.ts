/** `in 10 minutes`, `2h`, `1 day 3 hours from now`. */
const MS: readonly (readonly [RegExp, number])[] = [
  [/^(?:ns|nanos?|nanoseconds?)$/, 1e-6],
  [/^(?:us|micros?|microseconds?)$/, 1e-3],
  [/^(?:ms|millis?|milliseconds?)$/, 1],
  [/^(?:s|secs?|seconds?)$/, 1000],
  [/^(?:m|mins?|minutes?)$/, 60_000],
  [/^(?:h|hrs?|hours?)$/, 3_600_000],
  [/^(?:d|days?)$/, 86_400_000],
  [/^(?:w|weeks?)$/, 7 * 86_400_000],
  // A month is 30.44 days, a year 365.25.
  [/^(?:M|months?)$/, 30.44 * 86_400_000],
  [/^(?:y|years?)$/, 365.25 * 86_400_000],
];

/** Milliseconds; null when the text is no delay. */
export function delayMs(text: string): number | null {
  const [, body = ''] = /^(?:(?:in|after)\s+)?(.*?)(?:\s+from\s+now)?$/is.exec(text) ?? [];
  if (!/^(?:\d+\s*[a-z]+(?:,?\s*(?:and\s+)?|$))+$/i.test(body)) return null;
  let sum = 0;
  for (const [, amount = '', unit = ''] of body.matchAll(/(\d+)\s*([a-z]+)/gi)) {
    // Only the single letter tells minutes and months apart by its case.
    const name = unit.length === 1 ? unit : unit.toLowerCase();
    const found = MS.find(([pattern]) => pattern.test(name === 'M' ? name : name.toLowerCase()));
    if (found === undefined) return null;
    sum += Number(amount) * found[1];
  }
  return Number.isFinite(sum) && sum < 1e15 ? Math.round(sum) : null;
}
