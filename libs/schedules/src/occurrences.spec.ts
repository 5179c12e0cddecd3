import fc from 'fast-check';
import { normaliseCron, parseCron } from './cron';
import { nextOccurrence, occurrencesUntil } from './occurrences';
import { Zone } from './zone';

const NOW = Date.parse('2026-03-04T10:07:23Z'); // a Wednesday
const zone = (name = 'UTC'): Zone => {
  const found = Zone.named(name);
  if (found === null) throw new Error(`no zone ${name}`);
  return found;
};

/** Occurrences as texts: of the day when they are on the same one as the former. */
function next(cron: string, count: number, from = NOW, name = 'UTC'): string[] {
  const parsed = parseCron(cron);
  return occurrencesUntil(parsed, zone(name), from, Infinity, count).map((ms) =>
    new Date(ms).toISOString().replace('.000Z', 'Z'),
  );
}

describe('occurrences of cron expressions', () => {
  it.each([
    ['* * * * *', '2026-03-04T10:08:00Z', '2026-03-04T10:09:00Z'],
    ['*/5 * * * *', '2026-03-04T10:10:00Z', '2026-03-04T10:15:00Z'],
    ['*/7 * * * *', '2026-03-04T10:14:00Z', '2026-03-04T10:21:00Z'],
    ['*/15 * * * * *', '2026-03-04T10:07:30Z', '2026-03-04T10:07:45Z'],
    ['0 * * * *', '2026-03-04T11:00:00Z', '2026-03-04T12:00:00Z'],
    ['@hourly', '2026-03-04T11:00:00Z', '2026-03-04T12:00:00Z'],
    ['@daily', '2026-03-05T00:00:00Z', '2026-03-06T00:00:00Z'],
    ['0 2 * * *', '2026-03-05T02:00:00Z', '2026-03-06T02:00:00Z'],
    ['0 9 * * 1-5', '2026-03-05T09:00:00Z', '2026-03-06T09:00:00Z'],
    ['0 0 * * 0', '2026-03-08T00:00:00Z', '2026-03-15T00:00:00Z'],
    ['0 0 * * 7', '2026-03-08T00:00:00Z', '2026-03-15T00:00:00Z'],
    ['@monthly', '2026-04-01T00:00:00Z', '2026-05-01T00:00:00Z'],
    ['0 30 9 * * MON', '2026-03-09T09:30:00Z', '2026-03-16T09:30:00Z'],
    ['0 0 13 * 5', '2026-03-06T00:00:00Z', '2026-03-13T00:00:00Z'],
    ['0 0 13 * +5', '2026-03-13T00:00:00Z', '2026-11-13T00:00:00Z'],
    ['0 0 L * *', '2026-03-31T00:00:00Z', '2026-04-30T00:00:00Z'],
    ['0 9 15W * *', '2026-03-16T09:00:00Z', '2026-04-15T09:00:00Z'],
    ['0 9 LW * *', '2026-03-31T09:00:00Z', '2026-04-30T09:00:00Z'],
    ['0 9 1W 8 *', '2026-08-03T09:00:00Z', '2027-08-02T09:00:00Z'],
    ['0 9 * * 1#1', '2026-04-06T09:00:00Z', '2026-05-04T09:00:00Z'],
    ['0 9 * * 5L', '2026-03-27T09:00:00Z', '2026-04-24T09:00:00Z'],
    ['0 9 * * FRI#L', '2026-03-27T09:00:00Z', '2026-04-24T09:00:00Z'],
    ['0 0 0 29 2 *', '2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z'],
    ['0 0 * * FRI-MON', '2026-03-06T00:00:00Z', '2026-03-07T00:00:00Z'],
    ['* * * * * * *', '2026-03-04T10:07:24Z', '2026-03-04T10:07:25Z'],
    ['0/30 * * * * ? *', '2026-03-04T10:07:30Z', '2026-03-04T10:08:00Z'],
    ['0 0 0/3 * * ? *', '2026-03-04T12:00:00Z', '2026-03-04T15:00:00Z'],
    ['0 0 14,18 */1 * ? *', '2026-03-04T14:00:00Z', '2026-03-04T18:00:00Z'],
    ['0 0 0 1,15 * ? *', '2026-03-15T00:00:00Z', '2026-04-01T00:00:00Z'],
    ['0 0 0 1 1 ? 2030,2032', '2030-01-01T00:00:00Z', '2032-01-01T00:00:00Z'],
  ])('%s comes at %s, then at %s [S3]', (cron, first, second) => {
    expect(next(cron, 2)).toEqual([first, second]);
  });

  it('knows that some never come', () => {
    expect(next('0 0 31 2 *', 1)).toEqual([]);
    expect(next('0 0 0 1 1 ? 2020', 1)).toEqual([]);
  });

  it.each(['0/90 * * * *', '30-20 * * * *', '1 2 3', '61 * * * *'])('refuses %s', (cron) => {
    expect(() => parseCron(cron)).toThrow(/field|backwards|fields|minute/);
  });

  it('gives one spelling to what is the same', () => {
    expect(normaliseCron(' */5 * * * mon')).toBe('0 */5 * * * MON *');
    expect(normaliseCron('0 0 9 * * ?')).toBe('0 0 9 * * ? *');
    expect(normaliseCron('@Daily')).toBe('0 0 0 * * * *');
  });

  describe('where clocks are changed [S4]', () => {
    const spring = Date.parse('2026-03-28T12:00:00Z');
    const autumn = Date.parse('2026-10-24T12:00:00Z');

    it('a time that does not exist comes when it would have', () => {
      expect(next('30 2 * * *', 2, spring, 'Europe/Berlin')).toEqual([
        '2026-03-29T01:00:00Z',
        '2026-03-30T00:30:00Z',
      ]);
    });

    it('several times of one gap come once', () => {
      expect(next('0,30 2,3 * * *', 3, spring, 'Europe/Berlin')).toEqual([
        '2026-03-29T01:00:00Z',
        '2026-03-29T01:30:00Z',
        '2026-03-30T00:00:00Z',
      ]);
    });

    it('a time that comes twice counts the first time', () => {
      expect(next('30 2 * * *', 2, autumn, 'Europe/Berlin')).toEqual([
        '2026-10-25T00:30:00Z',
        '2026-10-26T01:30:00Z',
      ]);
    });

    it('every hour goes on hour by hour', () => {
      const hours = (from: string): string[] => next('0 * * * *', 5, Date.parse(from), 'Europe/Berlin');
      expect(hours('2026-03-28T23:30:00Z').map((text) => text.slice(11, 16))).toEqual([
        '00:00',
        '01:00',
        '02:00',
        '03:00',
        '04:00',
      ]);
      expect(hours('2026-10-24T23:30:00Z').map((text) => text.slice(11, 16))).toEqual([
        '00:00',
        '01:00',
        '02:00',
        '03:00',
        '04:00',
      ]);
    });

    it('a change of half an hour is one as well', () => {
      expect(next('15 2 * * *', 1, Date.parse('2026-10-03T00:00:00Z'), 'Australia/Lord_Howe')).toEqual([
        '2026-10-03T15:30:00Z',
      ]);
    });
  });

  it('refuses zones that there are not, and offsets', () => {
    expect(['Europe/Atlantis', '+01:00', '', 'CET; drop'].map((name) => Zone.named(name))).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});

describe('next occurrences against a search minute by minute', () => {
  // With the change before or after midnight, of half an hour, backwards at midnight, in both hemispheres.
  const CHANGES: readonly (readonly [string, string])[] = [
    ['Europe/Berlin', '2026-03-29T01:00:00Z'],
    ['Europe/Berlin', '2026-10-25T01:00:00Z'],
    ['America/New_York', '2026-03-08T07:00:00Z'],
    ['America/New_York', '2026-11-01T06:00:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
    ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
    ['America/Havana', '2026-03-08T05:00:00Z'],
    ['America/Havana', '2026-11-01T05:00:00Z'],
    ['Atlantic/Azores', '2026-10-25T01:00:00Z'],
    ['Africa/Cairo', '2026-04-23T22:00:00Z'],
    ['Africa/Cairo', '2026-10-29T21:00:00Z'],
    ['America/Santiago', '2026-09-06T04:00:00Z'],
    ['Asia/Kathmandu', '2026-06-01T00:00:00Z'],
  ];
  const MINUTE = 60_000;
  const DAYS = 2;
  const weekdayOf = (ms: number): string =>
    ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'][new Date(ms).getUTCDay()] ?? '';

  interface Wall {
    readonly at: number;
    readonly hour: number;
    readonly minute: number;
    readonly weekday: string;
    readonly day: number;
    /** Sorts as the wall clock does. */
    readonly text: string;
  }

  const walls = new Map<string, readonly Wall[]>();
  /** What clocks show at every minute around a change. */
  function around(name: string, change: string): readonly Wall[] {
    const key = name + change;
    const known = walls.get(key);
    if (known !== undefined) return known;
    const format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: name,
      dateStyle: 'short',
      timeStyle: 'short',
    });
    const made: Wall[] = [];
    const start = Date.parse(change) - DAYS * 1440 * MINUTE;
    for (let i = 0; i < 2 * DAYS * 1440; i += 1) {
      const at = start + i * MINUTE;
      const text = format.format(at);
      made.push({
        at,
        text,
        hour: Number(text.slice(11, 13)),
        minute: Number(text.slice(14, 16)),
        day: Number(text.slice(8, 10)),
        weekday: weekdayOf(Date.parse(`${text.slice(0, 10)}T00:00:00Z`)),
      });
    }
    walls.set(key, made);
    return made;
  }

  interface Wish {
    readonly minutes: readonly number[];
    readonly hours: readonly number[] | null;
    readonly weekdays: readonly string[] | null;
  }

  const wish = fc.record({
    minutes: fc.uniqueArray(fc.constantFrom(0, 1, 15, 29, 30, 45, 59), { minLength: 1, maxLength: 3 }),
    hours: fc.option(
      fc.uniqueArray(fc.constantFrom(0, 1, 2, 3, 4, 13, 22, 23), { minLength: 1, maxLength: 3 }),
    ),
    weekdays: fc.option(
      fc.uniqueArray(fc.constantFrom('SUN', 'MON', 'THU', 'FRI', 'SAT'), { minLength: 1, maxLength: 2 }),
    ),
  });
  const cronOf = ({ minutes, hours, weekdays }: Wish): string =>
    `${minutes.join(',')} ${hours?.join(',') ?? '*'} * * ${weekdays?.join(',') ?? '*'}`;

  /** All occurrences within the table, by the rules and nothing else. */
  function plainSearch(table: readonly Wall[], { minutes, hours, weekdays }: Wish): number[] {
    const found = new Set<number>();
    const fits = (wall: Pick<Wall, 'hour' | 'minute' | 'weekday'>): boolean =>
      minutes.includes(wall.minute) &&
      (hours?.includes(wall.hour) ?? true) &&
      (weekdays?.includes(wall.weekday) ?? true);
    const seen = new Set<string>();
    let former: Wall | undefined;
    for (const wall of table) {
      if (fits(wall) && (hours === null || !seen.has(wall.text))) found.add(wall.at);
      if (former !== undefined && hours !== null) {
        // Minutes that the clock jumped over, each as it would have been shown.
        const from = Date.parse(`${former.text.replace(' ', 'T')}Z`) + MINUTE;
        const to = Date.parse(`${wall.text.replace(' ', 'T')}Z`);
        for (let skipped = from; skipped < to; skipped += MINUTE) {
          const date = new Date(skipped);
          const weekday = weekdayOf(skipped);
          if (fits({ hour: date.getUTCHours(), minute: date.getUTCMinutes(), weekday })) found.add(wall.at);
        }
      }
      seen.add(wall.text);
      former = wall;
    }
    return [...found].sort((a, b) => a - b);
  }

  it('are the same in every zone, at every change', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CHANGES), wish, fc.nat(2 * 1440), ([name, change], wanted, offset) => {
        const table = around(name, change);
        // Times of the first day may have come twice before the table begins: it is only there to know that.
        const from = (table[0]?.at ?? 0) + (1440 + offset) * MINUTE;
        const end = table.at(-1)?.at ?? 0;
        const expected = plainSearch(table, wanted).filter((at) => at > from);
        expect(occurrencesUntil(parseCron(cronOf(wanted)), zone(name), from, end, 10_000)).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });

  it('does not go back, wherever it starts', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CHANGES), wish, fc.nat(5 * 86_400), ([name, change], wanted, offset) => {
        const from = Date.parse(change) - 2 * 86_400_000 + offset * 1_000;
        const at = nextOccurrence(parseCron(cronOf(wanted)), zone(name), from);
        expect(at).toBeGreaterThan(from);
      }),
    );
  });
});
