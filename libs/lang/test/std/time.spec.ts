/** The calendar against the engine's, zones against the offsets that the engine names itself. */
import fc from 'fast-check';
import { dateOf, daysOf, partsOfNanos, utcNanos, weekdayOf } from '../../src/std/time/calendar';
import { instantOfLocal, instantsOfLocal, localParts, offsetText, zoneNamed } from '../../src/std/time/zones';
import type { Zone } from '../../src/std/time/zones';

const ZONES = [
  'America/New_York',
  'America/St_Johns',
  'America/Sao_Paulo',
  'Europe/London',
  'Europe/Lisbon',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Tehran',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Africa/Casablanca',
  'UTC',
];
const named = (name: string): Zone => {
  const zone = zoneNamed(name);
  if (zone === null) throw new Error(`no zone ${name}`);
  return zone;
};

const zone = fc.constantFrom(...ZONES);
/** 1930 to 2060. */
const instant = fc.integer({ min: -1_262_304_000, max: 2_840_140_800 });

function engineOffset(name: string, seconds: number): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  const text = parts.formatToParts(seconds * 1000).find((p) => p.type === 'timeZoneName')?.value ?? '';
  return text === 'GMT' ? '+00:00' : text.slice(3);
}

describe('the calendar', () => {
  it('counts days as the engine does, and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -90_000_000, max: 90_000_000 }), (days) => {
        const date = new Date(days * 86_400_000);
        const ours = dateOf(days);
        expect(ours).toEqual({
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
        });
        expect(daysOf(ours)).toBe(days);
        expect(weekdayOf(days)).toBe(date.getUTCDay());
      }),
    );
  });

  it('takes nanoseconds apart and puts them together', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 62n), max: 1n << 62n }), (nanos) => {
        expect(utcNanos(partsOfNanos(nanos))).toBe(nanos);
      }),
    );
  });
});

describe('time zones', () => {
  it('have the offsets that the engine names', () => {
    fc.assert(
      fc.property(zone, instant, (name, seconds) => {
        const wanted = engineOffset(name, seconds);
        // The engine names offsets of before the railways to the second; ours are rounded.
        if (wanted.length > 6) return;
        expect(offsetText(named(name).offsetAt(seconds))).toBe(wanted);
      }),
      { numRuns: 500 },
    );
  });

  it('find an instant again by its local time, or the earlier one that shows the same', () => {
    fc.assert(
      fc.property(zone, instant, (name, seconds) => {
        const nanos = BigInt(seconds) * 1_000_000_000n;
        const local = localParts(named(name), nanos);
        const found = instantOfLocal(named(name), local);
        expect(localParts(named(name), found)).toEqual(local);
        expect(found <= nanos).toBe(true);
        expect(instantsOfLocal(named(name), local)).toContain(nanos);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['', 'Mars/Base', 'EST5EDT;x', '+25:00', '+2', '../etc/passwd', 'x'.repeat(100)])(
    'do not know %j',
    (name) => {
      expect(zoneNamed(name)).toBeNull();
    },
  );
});
