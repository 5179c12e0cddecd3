/** Whether a text is a cron expression: 5 fields, 6 with seconds in front, 7 with years behind; or a nickname. */
const NICKNAME = /^@(?:yearly|annually|monthly|weekly|daily|hourly)$/i;
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

interface Field {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
  /** Number that the first name stands for. */
  readonly first: number;
  readonly special: RegExp | null;
}

const plain = (min: number, max: number): Field => ({ min, max, names: [], first: 0, special: null });
const SECOND = plain(0, 59);
const HOUR = plain(0, 23);
const DAY: Field = { ...plain(1, 31), special: /^(?:\?|L|LW|(?:[1-9]|[12]\d|3[01])W)$/ };
const MONTH: Field = { ...plain(1, 12), names: MONTHS, first: 1 };
const WEEKDAY: Field = {
  ...plain(0, 7),
  names: DAYS,
  special: /^(?:\?|L|(?:[0-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(?:L|#[1-5]|#L))$/,
};
const YEAR = plain(1970, 9999);
const FIVE = [SECOND, HOUR, DAY, MONTH, WEEKDAY];

export function isCron(text: string): boolean {
  if (NICKNAME.test(text)) return true;
  const fields = text.toUpperCase().split(/\s+/);
  const shape = { 5: FIVE, 6: [SECOND, ...FIVE], 7: [SECOND, ...FIVE, YEAR] }[fields.length];
  return shape?.every((field, i) => isField(field, fields[i] ?? '')) ?? false;
}

function isField(field: Field, text: string): boolean {
  // A plus ahead of the weekday: day of the month and weekday must both fit.
  const body = field === WEEKDAY && text.startsWith('+') ? text.slice(1) : text;
  return body !== '' && body.split(',').every((item) => isItem(field, item));
}

function isItem(field: Field, item: string): boolean {
  if (field.special?.test(item) === true) return true;
  const [range = '', step, ...more] = item.split('/');
  if (more.length > 0) return false;
  if (step !== undefined && !(/^\d{1,4}$/.test(step) && Number(step) > 0)) return false;
  if (range === '*') return true;
  if (range === '?') return field === DAY || field === WEEKDAY;
  const ends = range.split('-').map((end) => valueOf(field, end));
  if (ends.length > 2 || ends.some((end) => end === null)) return false;
  const [from = 0, to = from] = ends;
  // Weekdays may run over the end of the week.
  return field === WEEKDAY || (from ?? 0) <= (to ?? 0);
}

function valueOf(field: Field, text: string): number | null {
  const name = field.names.indexOf(text);
  if (name >= 0) return field.first + name;
  if (!/^\d{1,4}$/.test(text)) return null;
  const n = Number(text);
  return n >= field.min && n <= field.max ? n : null;
}
