/** Grouped; from 100,000 on shortened: "128 k", "3.1 M". */
export function formatCount(value: number): string {
  if (value < 100_000) return value.toLocaleString('en-US');
  if (value < 1_000_000) return `${Math.floor(value / 1000)} k`;
  if (value < 1_000_000_000)
    return `${(Math.floor(value / 10_000) / 100).toFixed(value < 10_000_000 ? 2 : 1)} M`;
  return `${(value / 1_000_000_000).toFixed(1)} G`;
}

/** One decimal below 10 and above 90, none between; "0" and "100" stay whole. */
export function formatPercent(share: number): string {
  const value = share * 100;
  if (value === 0 || value === 100) return `${value} %`;
  if (value > 90) return `${Math.min(99.9, Math.round(value * 10) / 10).toFixed(1)} %`;
  if (value < 10) return `${Math.max(0.1, Math.round(value * 10) / 10).toFixed(1)} %`;
  return `${Math.round(value)} %`;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit] ?? 'B'}`;
}

/** "1 run", "2 runs". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
