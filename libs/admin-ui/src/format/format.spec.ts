import { exactMicroseconds, formatDuration, formatFine, formatTicking } from './duration';
import { splitFunction } from './function-name';
import { formatBytes, formatCount, formatPercent, plural } from './number';
import { shortId } from './short-id';
import { clockLabel, formatAbsolute, formatRelative } from './time';

const NOW = Date.UTC(2026, 2, 4, 9, 15, 22);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('durations', () => {
  it.each([
    [0, '0 ms'],
    [400, '< 1 ms'],
    [84_000, '84 ms'],
    [1_420_000, '1.42 s'],
    [12_400_000, '12.4 s'],
    [127_000_000, '2 min 07 s'],
    [4_320_000_000, '1 h 12 min'],
    [273_600_000_000, '3 d 4 h'],
  ])('reads %i µs as %s', (us, text) => {
    expect(formatDuration(us)).toBe(text);
  });

  it.each([
    [38, '38 µs'],
    [1_240, '1.24 ms'],
    [54_900, '54.9 ms'],
    [412_000, '412 ms'],
  ])('keeps fine digits in traces: %i µs is %s', (us, text) => {
    expect(formatFine(us)).toBe(text);
  });

  it('counts whole seconds while something runs, never below zero', () => {
    expect(formatTicking(12_900_000)).toBe('12 s');
    expect(formatTicking(-400_000)).toBe('0 s');
    expect(formatTicking(61_000_000)).toBe('1 min 01 s');
  });

  it('groups the exact value', () => {
    expect(exactMicroseconds(1_234_567)).toBe('1,234,567 µs');
  });
});

describe('numbers', () => {
  it.each([
    [999, '999'],
    [3412, '3,412'],
    [128_900, '128 k'],
    [3_120_000, '3.12 M'],
    [31_200_000, '31.2 M'],
  ])('writes %i as %s', (value, text) => {
    expect(formatCount(value)).toBe(text);
  });

  it.each([
    [0, '0 %'],
    [0.0004, '0.1 %'],
    [0.031, '3.1 %'],
    [0.5, '50 %'],
    [0.9921, '99.2 %'],
    [0.99999, '99.9 %'],
    [1, '100 %'],
  ])('never rounds a share up to all or down to none: %d is %s', (share, text) => {
    expect(formatPercent(share)).toBe(text);
  });

  it('uses IEC units and the singular', () => {
    expect(formatBytes(320)).toBe('320 B');
    expect(formatBytes(1_468_006)).toBe('1.4 MiB');
    expect([plural(1, 'run'), plural(0, 'run'), plural(2, 'entry', 'entries')]).toEqual([
      '1 run',
      '0 runs',
      '2 entries',
    ]);
  });
});

describe('times', () => {
  it.each([
    [2000, 'just now'],
    [12_000, '12 s ago'],
    [59_000, '59 s ago'],
    [3 * MINUTE, '3 min ago'],
    [5 * HOUR, '5 h ago'],
    [2 * DAY, '2 d ago'],
    [31 * DAY, '2026-02-01'],
    [-12_000, 'in 12 s'],
  ])('%i ms back is %s', (ago, text) => {
    expect(formatRelative(NOW - ago, NOW, 'UTC')).toBe(text);
  });

  it('states the zone, also one with odd minutes', () => {
    expect(formatAbsolute(NOW, 'UTC', { zone: true })).toBe('2026-03-04 09:15:22 UTC');
    expect(formatAbsolute(NOW + 7, 'Asia/Kathmandu', { milliseconds: true })).toBe('2026-03-04 15:00:22.007');
  });

  it('says midnight as 00:00', () => {
    expect(clockLabel(Date.UTC(2026, 2, 4), 'UTC')).toEqual({ weekday: 'Wed', date: '03-04', time: '00:00' });
  });
});

describe('names', () => {
  it('splits a function at its last slash', () => {
    expect(splitFunction('::shop::orders/confirm')).toEqual({
      namespace: '::shop::orders/',
      name: 'confirm',
    });
    expect(splitFunction('<cond>')).toEqual({ namespace: '', name: '<cond>' });
  });

  it('tells ids of the same minute apart', () => {
    const [a, b] = ['0198c4e2-7b1a-7f3c-9d02-a1b2c3d4e5f6', '0198c4e2-7b1a-7f3c-9d02-a1b2c3d4e5f7'];
    expect(shortId(a)).not.toBe(shortId(b));
  });
});
