/** ISO 8601 and RFC 9557 texts. */
import { dateProblem, timeProblem, type DateParts, type TimeParts } from './calendar';

export interface IsoText {
  readonly date: DateParts | null;
  readonly time: TimeParts | null;
  /** `Z`: an instant, not a local time. */
  readonly utc: boolean;
  /** Seconds east of UTC; null when none is written. */
  readonly offset: number | null;
  /** The time zone annotation. */
  readonly zone: string | null;
}

const MAX_TEXT = 256;
const DATE = /^([+-]\d{6}|\d{4})(?:-(\d\d)-(\d\d)|(\d\d)(\d\d))/;
const TIME = /^(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?)?/;
const OFFSET = /^([Zz])|^([+-])(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,]\d{1,9})?)?)?/;
const ANNOTATION = /^\[(!?)(?:([a-z_][a-z0-9_-]*)=)?([A-Za-z0-9._+/:-]+)\]/;

/** Null when the text is no date, time or both, or names a day that does not exist. */
export function parseIso(text: string): IsoText | null {
  if (text.length > MAX_TEXT) return null;
  let rest = text;
  let date: DateParts | null = null;
  const d = DATE.exec(rest);
  // A lone `1430` or `14:30` is a time; with a `T` in front anything is.
  if (d) {
    if (d[1] === '-000000') return null;
    date = { year: Number(d[1]), month: Number(d[2] ?? d[4]), day: Number(d[3] ?? d[5]) };
    if (dateProblem(date) !== null) return null;
    rest = rest.slice(d[0].length);
  }
  const mark = /^[Tt ]/.test(rest);
  if (mark) rest = rest.slice(1);
  const found = date === null || mark ? readTime(rest) : null;
  if (found === null && (date === null || mark)) return null;
  if (found !== null) rest = found.rest;
  const annotated = readTail(rest, found !== null);
  return annotated && { date, time: found?.time ?? null, ...annotated };
}

function readTime(text: string): { readonly time: TimeParts; readonly rest: string } | null {
  const m = TIME.exec(text);
  if (!m) return null;
  // A leap second is the last second of its minute.
  const second = m[3] === '60' ? 59 : Number(m[3] ?? 0);
  const nanos = Number((m[4] ?? '').padEnd(9, '0'));
  const time = { hour: Number(m[1]), minute: Number(m[2] ?? 0), second, nanos };
  return timeProblem(time) === null ? { time, rest: text.slice(m[0].length) } : null;
}

function readTail(text: string, hasTime: boolean): Pick<IsoText, 'utc' | 'offset' | 'zone'> | null {
  let rest = text;
  let offset: number | null = null;
  const o = OFFSET.exec(rest);
  if (o) {
    if (!hasTime) return null;
    const seconds = Number(o[3] ?? 0) * 3600 + Number(o[4] ?? 0) * 60 + Number(o[5] ?? 0);
    if (Number(o[3] ?? 0) > 23 || Number(o[4] ?? 0) > 59) return null;
    offset = o[2] === '-' ? -seconds : seconds;
    rest = rest.slice(o[0].length);
  }
  let zone: string | null = null;
  for (let first = true; rest !== ''; first = false) {
    const a = ANNOTATION.exec(rest);
    if (!a) return null;
    const [whole, critical, key, value = ''] = a;
    if (key === undefined) {
      if (!first) return null;
      zone = value;
    } else if (key === 'u-ca' ? value !== 'iso8601' : critical === '!') return null;
    rest = rest.slice(whole.length);
  }
  return { utc: o?.[1] !== undefined, offset, zone };
}
