/**
 * How much the library makes or reads at once. The environment of the process may change it (`HOT_MAX_…`); programs
 * cannot.
 */
import { HotMap } from './hot-map';

// Not constants: everybody sees the limits of this process, not a copy of them.
export let MAX_COLLECTION = 16_777_216;
export let MAX_STRING_BYTES = 256 * 1024 * 1024;
export let MAX_PARSE_BYTES = 64 * 1024 * 1024;
export let MAX_ALLOC_BYTES = 256 * 1024 * 1024;

export let MAX_REGEX_PATTERN = 64 * 1024;
export let MAX_REGEX_INPUT = 64 * 1024 * 1024;

/** Takes limits from the environment that came with a run, or from its configuration; what is no positive whole number is left alone. */
export function takeLimits(environment: unknown): void {
  if (!(environment instanceof HotMap)) return;
  const read = (name: string, now: number): number => {
    const text = environment.getStr(name);
    if (typeof text === 'number') return Number.isSafeInteger(text) && text > 0 ? text : now;
    return typeof text === 'string' && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : now;
  };
  MAX_COLLECTION = read('HOT_MAX_COLLECTION_SIZE', MAX_COLLECTION);
  MAX_STRING_BYTES = read('HOT_MAX_STRING_BYTES', MAX_STRING_BYTES);
  MAX_PARSE_BYTES = read('HOT_MAX_PARSE_INPUT_BYTES', MAX_PARSE_BYTES);
  MAX_ALLOC_BYTES = read('HOT_MAX_ALLOC_BYTES', MAX_ALLOC_BYTES);
  MAX_REGEX_PATTERN = read('HOT_MAX_REGEX_PATTERN_BYTES', MAX_REGEX_PATTERN);
  MAX_REGEX_INPUT = read('HOT_MAX_REGEX_INPUT_BYTES', MAX_REGEX_INPUT);
}
