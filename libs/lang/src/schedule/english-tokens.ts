/** The words and numbers of an English schedule. */
export interface Time {
  readonly hour: number;
  readonly minute: number;
}

export type Token =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'number'; readonly n: number }
  | { readonly kind: 'ordinal'; readonly n: number }
  | { readonly kind: 'year'; readonly n: number }
  | (Time & { readonly kind: 'time'; readonly problem: string | null });

const TOKEN =
  /(\d{1,2}):(\d{2})(?:\s*([ap])\.?m\b\.?)?|(\d{1,2})\s*([ap])\.?m\b\.?|(\d+)(?:st|nd|rd|th)\b|(\d+)|([a-z]+)|(-)/g;

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

/** `MON` of `monday`, `mondays`, `mon`. */
export const weekdayOf = (text: string): string | null => nameOf(WEEKDAYS, text);
/** `JAN` of `january`, `jan`. */
export const monthOf = (text: string): string | null => nameOf(MONTHS, text);

function nameOf(names: readonly string[], text: string): string | null {
  const found = names.find((name) => name === text || `${name}s` === text || name.slice(0, 3) === text);
  return found === undefined ? null : found.slice(0, 3).toUpperCase();
}

export function tokens(text: string): readonly Token[] {
  return [...text.toLowerCase().matchAll(TOKEN)].map((match): Token => {
    const [whole, clockHour, clockMinute, clockHalf, hour, half, ordinal, number, word] = match;
    if (clockHour !== undefined)
      return time(whole, Number(clockHour), Number(clockMinute), clockHalf ?? null);
    if (hour !== undefined) return time(whole, Number(hour), 0, half ?? null);
    if (ordinal !== undefined) return { kind: 'ordinal', n: Number(ordinal) };
    if (number !== undefined) return { kind: number.length === 4 ? 'year' : 'number', n: Number(number) };
    if (word === 'noon') return { kind: 'time', hour: 12, minute: 0, problem: null };
    if (word === 'midnight') return { kind: 'time', hour: 0, minute: 0, problem: null };
    return { kind: 'word', text: word ?? whole };
  });
}

function time(text: string, given: number, minute: number, half: string | null): Token {
  const problem =
    minute >= 60 || (half === null ? given > 23 : given > 12 || given === 0)
      ? `'${text.trim()}' is no time of the day`
      : null;
  const hour = half === null ? given : (given % 12) + (half === 'p' ? 12 : 0);
  return { kind: 'time', hour, minute, problem };
}
