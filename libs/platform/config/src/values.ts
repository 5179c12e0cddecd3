/**
 * Schemas for values that arrive as text in environment variables. Each describes its text in a few words, which the
 * documentation shows as the type.
 */
import { z } from 'zod';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const BARE_UNITS = { ms: 'milliseconds', s: 'seconds', h: 'hours' } as const;

/**
 * A time span such as `500ms`, `30s`, `15m`, `2h` or `7d`, in milliseconds. A bare number is read in the given unit:
 * keys of earlier versions were plain numbers.
 */
export function duration(fallback: string, bareUnit: 'ms' | 's' | 'h' = 's') {
  return z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text.trim());
      const unit = UNIT_MS[match?.[2] ?? bareUnit];
      if (match?.[1] === undefined || unit === undefined) {
        context.addIssue('must be a time span such as 500ms, 30s, 15m or 2h');
        return z.NEVER;
      }
      return Math.round(Number(match[1]) * unit);
    })
    .describe(`time span; a bare number counts ${BARE_UNITS[bareUnit]}`);
}

/** A whole number within bounds. */
export function integer(fallback: number, min: number, max: number) {
  return z
    .string()
    .default(String(fallback))
    .transform((text, context) => {
      const value = /^-?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
      if (!(value >= min && value <= max)) {
        context.addIssue(`must be a whole number from ${min} to ${max}`);
        return z.NEVER;
      }
      return value;
    })
    .describe(`whole number, ${min} to ${max}`);
}

/** `true` or `false`, nothing else: "0" and "no" are guessed differently by everyone. */
export function flag(fallback: boolean) {
  return z
    .string()
    .default(String(fallback))
    .transform((text, context) => {
      const value = text.trim().toLowerCase();
      if (value !== 'true' && value !== 'false') {
        context.addIssue('must be true or false');
        return z.NEVER;
      }
      return value === 'true';
    })
    .describe('`true` or `false`');
}

/** One of a few words. */
export function choice<const T extends string>(values: readonly [T, ...T[]], fallback: T) {
  return z
    .enum(values, { error: `must be one of ${values.join(', ')}` })
    .default(fallback)
    .describe(values.map((value) => `\`${value}\``).join(', '));
}

/** Comma-separated words; white space around them and empty ones are dropped. */
export function list(fallback = '') {
  return z
    .string()
    .default(fallback)
    .transform((text): readonly string[] =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .describe('words, comma-separated');
}

export function text(fallback: string) {
  return z.string().min(1, 'must not be empty').default(fallback).describe('text');
}

export function requiredText() {
  return z.string({ error: 'is required' }).min(1, 'must not be empty').describe('text');
}

export function optionalText() {
  return z.string().min(1, 'must not be empty').optional().describe('text');
}

export function port(fallback: number) {
  return integer(fallback, 0, 65_535);
}
