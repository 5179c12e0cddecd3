import { bucketEdges, chooseGranularity, isTimeZone } from './granularity';
import { decodeCursor, encodeCursor } from './cursor';
import { escapeLike, parseSearch } from './id-search';
import { keysetPage, keysetStart } from './keyset';
import { chosenValues, pagePosition, parseValues } from './list-query';
import { offsetPage } from './listing';
import { parseTimeRange, snapRange } from './time-range';

const ID = '0198c4e2-7b1a-7f3c-9d02-a1b2c3d4e5f6';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 25, 10, 7, 30);

describe('cursors', () => {
  it('come back as they went out', () => {
    const cursor = { id: ID, keys: ['a', 3, null] };
    expect(decodeCursor(encodeCursor(cursor), 3)).toEqual(cursor);
  });

  it.each([
    '',
    'x',
    'bnVsbA',
    Buffer.from('[1]').toString('base64url'),
    encodeCursor({ id: ID, keys: ['a'] }),
  ])('refuse what is not a cursor of this list: %s', (text) => {
    expect(() => decodeCursor(text, 0)).toThrow('cursor is not valid');
  });
});

describe('parseSearch', () => {
  it('takes a full id with or without hyphens, in any case', () => {
    expect(parseSearch(ID)).toEqual({ kind: 'id', id: ID });
    expect(parseSearch(` ${ID.replaceAll('-', '').toUpperCase()} `)).toEqual({ kind: 'id', id: ID });
  });

  it('takes the beginning of an id', () => {
    expect(parseSearch('0198C4E2')).toEqual({
      kind: 'partial-id',
      from: '0198c4e2-0000-0000-0000-000000000000',
      to: '0198c4e2-ffff-ffff-ffff-ffffffffffff',
      suffix: null,
      text: '0198C4E2',
    });
  });

  it('takes twelve digits as the beginning or as the end of an id', () => {
    expect(parseSearch('a1b2c3d4e5f6')).toMatchObject({ kind: 'partial-id', suffix: 'a1b2c3d4e5f6' });
  });

  it('leaves everything else as text', () => {
    for (const text of ['decade', 'order:created', '::shop/confirm']) {
      expect(parseSearch(text)).toEqual({ kind: 'text', text });
    }
    expect(parseSearch('  ')).toBeUndefined();
    expect(parseSearch(undefined)).toBeUndefined();
  });

  it('escapes patterns', () => {
    expect(escapeLike('50%_\\')).toBe('50\\%\\_\\\\');
  });
});

describe('parseTimeRange', () => {
  it.each([
    ['15m', 15 * 60_000],
    ['24h', DAY],
    ['7d', 7 * DAY],
    ['P7D', 7 * DAY],
    ['PT90M', 90 * 60_000],
    ['P1DT12H', 1.5 * DAY],
    ['P1W', 7 * DAY],
  ])('reads %s', (t, length) => {
    expect(parseTimeRange({ t }, NOW, '24h')).toEqual({
      fromMs: NOW - length,
      toMs: NOW,
      nowMs: NOW,
      relative: true,
    });
  });

  it('falls back when nothing was said and knows no beginning for all', () => {
    expect(parseTimeRange({}, NOW, '1h').fromMs).toBe(NOW - HOUR);
    expect(parseTimeRange({ t: 'all' }, NOW, '1h').fromMs).toBeNull();
  });

  it('prefers absolute times and reads their offset', () => {
    const range = parseTimeRange(
      { t: '1h', from: '2026-03-01T00:00:00+01:00', to: '2026-03-02T00:00:00Z' },
      NOW,
      '1h',
    );
    expect(range.fromMs).toBe(Date.UTC(2026, 1, 28, 23));
    expect(range.toMs).toBe(Date.UTC(2026, 2, 2));
  });

  it.each([
    { t: '7D' },
    { t: 'P' },
    { t: 'PT' },
    { t: '0h' },
    { t: '99999d' },
    { from: '2026-03-01' },
    { from: '2026-03-01T00:00:00' },
    { from: '2026-03-02T00:00:00Z', to: '2026-03-01T00:00:00Z' },
  ])('refuses %p', (input) => {
    expect(() => parseTimeRange(input, NOW, '24h')).toThrow();
  });
});

describe('chooseGranularity', () => {
  it.each([
    [HOUR, 'minute'],
    [6 * HOUR, '5m'],
    [DAY, '15m'],
    [3 * DAY, 'hour'],
    [7 * DAY, '3h'],
    [30 * DAY, 'day'],
    [90 * DAY, 'day'],
    [365 * DAY, 'week'],
    [2000 * DAY, 'month'],
  ])('draws %i ms in bars of %s', (length, granularity) => {
    expect(chooseGranularity(NOW - length, NOW, NOW)).toBe(granularity);
  });

  it('takes the wished width where it suits, else the usual one', () => {
    expect(chooseGranularity(NOW - DAY, NOW, NOW, 'hour')).toBe('hour');
    expect(chooseGranularity(NOW - 30 * DAY, NOW, NOW, 'minute')).toBe('day');
  });

  it('does not promise minutes where only hours are kept', () => {
    expect(chooseGranularity(NOW - 10 * DAY, NOW - 10 * DAY + HOUR, NOW)).toBe('hour');
    expect(chooseGranularity(NOW - 10 * DAY, NOW - 9 * DAY, NOW, '15m')).toBe('hour');
  });
});

describe('bucketEdges', () => {
  const iso = (edges: readonly number[]): string[] => edges.map((ms) => new Date(ms).toISOString());

  it('covers the range with whole bars', () => {
    expect(iso(bucketEdges(NOW - HOUR, NOW, '15m', 'UTC'))).toEqual([
      '2026-11-25T09:00:00.000Z',
      '2026-11-25T09:15:00.000Z',
      '2026-11-25T09:30:00.000Z',
      '2026-11-25T09:45:00.000Z',
      '2026-11-25T10:00:00.000Z',
      '2026-11-25T10:15:00.000Z',
    ]);
  });

  it('cuts days where they begin in the zone, also when a clock changes', () => {
    const edges = bucketEdges(Date.UTC(2026, 9, 24, 12), Date.UTC(2026, 9, 26, 12), 'day', 'Europe/Berlin');
    expect(iso(edges)).toEqual([
      '2026-10-23T22:00:00.000Z',
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
      '2026-10-26T23:00:00.000Z',
    ]);
  });

  it('begins weeks on Monday and months on the first, in zones with odd offsets', () => {
    expect(iso(bucketEdges(NOW, NOW + DAY, 'week', 'Asia/Kathmandu'))[0]).toBe('2026-11-22T18:15:00.000Z');
    expect(iso(bucketEdges(NOW, NOW + DAY, 'month', 'Asia/Kathmandu'))).toEqual([
      '2026-10-31T18:15:00.000Z',
      '2026-11-30T18:15:00.000Z',
    ]);
  });

  it('knows time zones from other words', () => {
    expect(isTimeZone('Europe/Berlin')).toBe(true);
    expect(isTimeZone('Europe/Atlantis')).toBe(false);
  });
});

describe('snapRange', () => {
  it('begins relative ranges at a whole minute, or hour where only hours are counted', () => {
    const iso = (t: string): string =>
      new Date(snapRange(parseTimeRange({ t }, NOW, '1h')).fromMs ?? 0).toISOString();
    expect(iso('24h')).toBe('2026-11-24T10:07:00.000Z');
    expect(iso('7d')).toBe('2026-11-18T10:00:00.000Z');
  });

  it('leaves ranges that somebody named as they are', () => {
    const range = parseTimeRange({ from: '2026-11-25T01:02:03Z' }, NOW, '1h');
    expect(snapRange(range)).toBe(range);
  });
});

describe('filters of several values', () => {
  const known = ['a', 'b', 'c'] as const;

  it('take these, or all but these', () => {
    expect(chosenValues(known, parseValues('x', 'a,c', known))).toEqual(['a', 'c']);
    expect(chosenValues(known, parseValues('x', '!a', known))).toEqual(['b', 'c']);
    expect(chosenValues(known, parseValues('x', '', known))).toEqual(known);
  });

  it('name the values that exist when one does not', () => {
    expect(() => parseValues('x', 'a,z', known)).toThrow('x must be one of a, b, c');
  });
});

describe('keyset pages', () => {
  const all = Array.from({ length: 10 }, (_, i) => ({ id: String(9 - i) }));
  const read = (cursor?: string | null, limit = 4) => {
    const start = keysetStart(pagePosition({ limit: String(limit), ...(cursor ? { cursor } : {}) }));
    const rows = (start.backwards ? [...all].reverse() : all).filter(
      ({ id }) => start.beyond === null || (start.backwards ? id > start.beyond : id < start.beyond),
    );
    return keysetPage(rows.slice(start.skip, start.skip + limit + 1), start, (row) => row.id, {
      total: 10,
      capped: false,
    });
  };

  it('lead forward to the end and back to the beginning, knowing where they are', () => {
    const first = read();
    const second = read(first.nextCursor);
    const third = read(second.nextCursor);
    expect([first, second, third].map((page) => page.rows.map((row) => row.id).join(''))).toEqual([
      '9876',
      '5432',
      '10',
    ]);
    expect([first.offset, second.offset, third.offset]).toEqual([0, 4, 8]);
    expect(first.prevCursor).toBeNull();
    expect(third.nextCursor).toBeNull();
    const back = read(third.prevCursor);
    expect(back.rows).toEqual(second.rows);
    expect(back.offset).toBe(4);
    const start = read(back.prevCursor);
    expect(start.rows).toEqual(first.rows);
    expect(start.prevCursor).toBeNull();
  });
});

describe('pages by offset', () => {
  const all = Array.from({ length: 60 }, (_, id) => ({ id }));
  const read = (cursor: string | null = null) => {
    const { limit, offset } = pagePosition({ limit: '25', ...(cursor === null ? {} : { cursor }) });
    return offsetPage(all.slice(offset, offset + limit), all.length, { limit, offset });
  };

  it('are turned like those by cursor', () => {
    const first = read();
    const second = read(first.nextCursor);
    const third = read(second.nextCursor);
    expect([first, second, third].map((page) => [page.offset, page.rows.length])).toEqual([
      [0, 25],
      [25, 25],
      [50, 10],
    ]);
    expect([first.prevCursor, third.nextCursor]).toEqual([null, null]);
    expect(read(third.prevCursor).rows).toEqual(second.rows);
  });
});
