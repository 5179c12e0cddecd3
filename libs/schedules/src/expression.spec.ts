import { ExpressionError, readExpression, timingText } from './expression';
import { checkLimits } from './schedule-limits';

const NOW = Date.parse('2026-03-04T10:07:23Z');
const read = (text: string, timezone: string | null = null): readonly [string, string] => {
  const { timing, timezone: zone } = readExpression(text, timezone, NOW);
  return [timingText(timing), zone];
};

describe('schedule expressions as stored', () => {
  it.each([
    ['*/5 * * * *', '0 */5 * * * * *', 'UTC'],
    ['every day at 9am in Europe/Berlin', '0 0 9 */1 * ? *', 'Europe/Berlin'],
    ['every monday at 9am UTC', '0 0 9 ? * MON *', 'UTC'],
    ['0 9 * * 1 America/New_York', '0 0 9 * * 1 *', 'America/New_York'],
    ['in 10 minutes', '@at:2026-03-04T10:17:23.000Z', 'UTC'],
    ['2026-03-05T09:00:00+01:00', '@at:2026-03-05T08:00:00.000Z', 'UTC'],
    ['2026-07-05T09:00:00', '@at:2026-07-05T09:00:00.000Z', 'UTC'],
    ['2026-07-05T09:00:00 Europe/Berlin', '@at:2026-07-05T07:00:00.000Z', 'Europe/Berlin'],
  ])('%s', (text, cron, zone) => {
    expect(read(text)).toEqual([cron, zone]);
  });

  it('takes the zone that is given beside them', () => {
    expect(read('30 2 * * *', 'Europe/Berlin')).toEqual(['0 30 2 * * * *', 'Europe/Berlin']);
  });

  it.each([
    ['0 0 31 2 *', null, 'it never happens'],
    ['every 90 minutes', null, 'a step of 90 does not fit into the field minute'],
    ['0 9 * * *', 'Europe/Atlantis', "there is no time zone 'Europe/Atlantis'"],
    ['every day at 9am in Europe/Berlin', 'UTC', 'it names the time zone Europe/Berlin, and UTC is given'],
    ['whenever', null, "Cannot parse 'whenever'"],
  ])('refuses %s in %s', (text, zone, reason) => {
    expect(() => read(text, zone)).toThrow(`Invalid schedule expression '${text}': ${reason}`);
  });

  const limits = { minIntervalMs: 60_000, minDelayMs: 10_000 };
  const check = (text: string): void => checkLimits(text, readExpression(text, null, NOW), limits, NOW);

  it.each(['* * * * *', 'in 10 s', '2031-03-01T00:00:00Z'])('%s keeps to the limits', (text) => {
    expect(() => check(text)).not.toThrow();
  });

  it.each([
    ['0,30 * * * * *', 'it happens every 30 s; the shortest interval here is 60 s'],
    ['0 0,59 * * * *', null],
    ['59,0 0,59 * * * *', 'it happens every 1 s'],
    ['in 9 s', 'it is less than 10 s ahead'],
    ['2026-03-04T10:06:00Z', 'it is in the past'],
    ['2032-01-01T00:00:00Z', 'it is more than 5 years ahead'],
  ])('%s: %s', (text, reason) => {
    if (reason === null) expect(() => check(text)).not.toThrow();
    else expect(() => check(text)).toThrow(new ExpressionError(text, reason).message);
  });
});
