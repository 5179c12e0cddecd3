/**
 * English schedules: what is understood is picked out of the text wherever it stands, other words are ignored. The
 * answer has seven fields: second minute hour day month weekday year.
 */
import { monthOf, tokens, weekdayOf, type Time, type Token } from './english-tokens';
import type { ScheduleProblem } from './problem';

interface State {
  /** Repetitions: `0/5`, `*`; null when not said. */
  second: string | null;
  minute: string | null;
  hour: string | null;
  day: string | null;
  readonly days: number[];
  readonly months: string[];
  readonly weekdays: string[];
  readonly years: string[];
  readonly times: Time[];
  window: string | null;
}

/** A cron text; null when nothing was understood; what is wrong with a time. */
export function englishCron(text: string): string | ScheduleProblem | null {
  const list = tokens(text);
  const wrong = list.find((token) => token.kind === 'time' && token.problem !== null);
  if (wrong?.kind === 'time' && wrong.problem !== null) return { problem: wrong.problem };
  const s: State = {
    second: null,
    minute: null,
    hour: null,
    day: null,
    days: [],
    months: [],
    weekdays: [],
    years: [],
    times: [],
    window: null,
  };
  let understood = false;
  for (let i = 0; i < list.length;) {
    const used = readWindow(s, list, i) || readRange(s, list, i) || readOne(s, list, i);
    if (used > 0) understood = true;
    i += Math.max(1, used);
  }
  return understood ? cronOf(s) : null;
}

const word = (t: Token | undefined): string => (t?.kind === 'word' ? t.text : '');

/** Hour of a bound: a time, or a bare number where only an hour can stand. */
function hourOf(t: Token | undefined): number | null {
  if (t?.kind === 'time') return t.hour;
  return t?.kind === 'number' && t.n <= 23 ? t.n : null;
}

/** `between 9am and 5pm`; `starting at 9am` has an effect only together with its end. */
function readWindow(s: State, list: readonly Token[], i: number): number {
  const first = word(list[i]);
  if (first === 'between') {
    const from = hourOf(list[i + 1]);
    const to = hourOf(list[i + 3]);
    if (from === null || to === null || word(list[i + 2]) !== 'and') return 0;
    s.window = `${from}-${to}`;
    return 4;
  }
  if (first !== 'starting' && first !== 'start') return 0;
  const at = ['at', 'from'].includes(word(list[i + 1])) ? i + 2 : i + 1;
  const from = hourOf(list[at]);
  if (from === null) return 0;
  let end = at + 1;
  while (['and', 'ending', 'end', 'at', 'until', 'till'].includes(word(list[end]))) end++;
  const to = end > at + 1 ? hourOf(list[end]) : null;
  if (to === null) return at + 1 - i;
  s.window = `${from}-${to}`;
  return end + 1 - i;
}

/** `Monday through Friday`, `from January to March`, `2020 to 2024`. */
function readRange(s: State, list: readonly Token[], i: number): number {
  if (!['through', 'to', 'thru', 'until', '-'].includes(word(list[i + 1]))) return 0;
  const [a, b] = [list[i], list[i + 2]];
  for (const [target, read] of [
    [s.weekdays, weekdayOf],
    [s.months, monthOf],
  ] as const) {
    const from = read(word(a));
    const to = read(word(b));
    if (from !== null && to !== null) {
      target.push(`${from}-${to}`);
      return 3;
    }
  }
  if (a?.kind === 'year' && b?.kind === 'year') {
    s.years.push(`${a.n}-${b.n}`);
    return 3;
  }
  return 0;
}

function readOne(s: State, list: readonly Token[], i: number): number {
  const t = list[i];
  switch (t?.kind) {
    case 'time':
      s.times.push(t);
      return 1;
    case 'year':
      s.years.push(String(t.n));
      return 1;
    case 'ordinal':
      s.days.push(t.n);
      return word(list[i + 1]).startsWith('day') ? 2 : 1;
    case 'number':
      return readUnit(s, word(list[i + 1]), t.n) ? 2 : 0;
    case 'word':
      return readWord(s, t.text) || readUnit(s, t.text, null) ? 1 : 0;
    default:
      return 0;
  }
}

function readWord(s: State, text: string): boolean {
  const weekday = weekdayOf(text);
  const month = monthOf(text);
  if (weekday !== null) s.weekdays.push(weekday);
  else if (month !== null) s.months.push(month);
  else if (text === 'weekend' || text === 'weekends') s.weekdays.push('SAT', 'SUN');
  else if (text === 'weekday' || text === 'weekdays') s.weekdays.push('MON-FRI');
  else return false;
  return true;
}

function readUnit(s: State, unit: string, n: number | null): boolean {
  if (n === 0) return false;
  const every = n === null ? '*' : `0/${n}`;
  if (/^(?:seconds?|secs?)$/.test(unit)) s.second = every;
  else if (/^(?:minutes?|mins?)$/.test(unit)) s.minute = every;
  else if (/^(?:hours?|hrs?)$/.test(unit)) s.hour = every;
  else if (/^days?$/.test(unit)) s.day ??= `*/${n ?? 1}`;
  else if (/^months?$/.test(unit) && n !== null && n <= 12) s.months.push(String(n));
  else return false;
  return true;
}

const listed = (items: readonly (string | number)[], otherwise: string): string =>
  items.length === 0 ? otherwise : [...new Set(items)].join(',');

function cronOf(s: State): string {
  const days = s.days.filter((n) => n >= 1 && n <= 31);
  const [time] = s.times;
  const repeats = s.second !== null || s.minute !== null || s.hour !== null;
  const dated = s.day !== null || days.length > 0 || s.weekdays.length > 0;
  const start = time ?? (dated && !repeats && s.window === null ? { hour: 0, minute: 0 } : null);

  const second = s.second ?? '0';
  let minute = s.minute ?? '*';
  let hour = s.hour ?? '*';
  if (s.hour !== null && s.minute === null && s.second === null) minute = '0';
  if (start !== null && s.minute === null && s.second === null) {
    minute = String(start.minute);
    if (s.hour === null) {
      const hours = s.times.filter((t) => t.minute === start.minute).map((t) => t.hour);
      hour = listed(hours, String(start.hour));
    }
  }
  if (s.window !== null) {
    hour = s.hour?.startsWith('0/') === true ? `${s.window}/${s.hour.slice(2)}` : s.window;
    if (minute === '*' && s.minute === null && s.second === null) minute = '0';
  }
  const weekday = listed(s.weekdays, '?');
  // A weekday replaces a mere "every day".
  const day = days.length > 0 ? listed(days, '*') : weekday === '?' ? (s.day ?? '*') : '?';
  return [second, minute, hour, day, listed(s.months, '*'), weekday, listed(s.years, '*')].join(' ');
}
