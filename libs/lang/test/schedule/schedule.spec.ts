import { parseSchedule } from '../../src/schedule';

const NOW = Date.UTC(2026, 0, 1);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('schedule expressions', () => {
  it.each([
    ['2030-01-31T09:00:00Z', Date.UTC(2030, 0, 31, 9)],
    ['2030-01-31T09:00:00+02:00', Date.UTC(2030, 0, 31, 7)],
    ['in 10 minutes', NOW + 10 * MINUTE],
    ['after 1 hour', NOW + HOUR],
    ['2h', NOW + 2 * HOUR],
    ['1 day 3 hours', NOW + DAY + 3 * HOUR],
    ['1h 30m', NOW + 90 * MINUTE],
    ['1h30m', NOW + 90 * MINUTE],
    ['5 minutes from now', NOW + 5 * MINUTE],
    ['in 2 weeks', NOW + 14 * DAY],
    ['1M', NOW + 30.44 * DAY],
    ['1m', NOW + MINUTE],
    ['1 year', NOW + 365.25 * DAY],
    ['500 ms', NOW + 500],
    ['In 3 Hours', NOW + 3 * HOUR],
  ])('%s runs once', (text, ms) => {
    expect(parseSchedule(text, NOW)).toEqual({ kind: 'at', ms });
  });

  it.each([
    '* * * * *',
    '0 9 * * 1-5',
    '0 0 12 * * *',
    '0 0 12 1 1 ? 2030',
    '*/5 0,30 9-17 * JAN-MAR MON,FRI',
    '0 0 L * *',
    '0 0 15W * *',
    '0 0 * * 5#3',
    '0 0 * * 5L',
    '0 0 1 * +MON',
    '@daily',
    '@hourly',
  ])('%s is cron', (text) => {
    expect(parseSchedule(text, NOW)).toEqual({ kind: 'cron', cron: text });
  });

  it.each([
    ['every 15 seconds', '0/15 * * * * ? *'],
    ['every second', '* * * * * ? *'],
    ['every 3 minutes', '0 0/3 * * * ? *'],
    ['every minute', '0 * * * * ? *'],
    ['every 3 hours', '0 0 0/3 * * ? *'],
    ['every hour', '0 0 * * * ? *'],
    ['every day at 9am', '0 0 9 */1 * ? *'],
    ['every day', '0 0 0 */1 * ? *'],
    ['every 2 day at 4:00 pm', '0 0 16 */2 * ? *'],
    ['every 2nd day of the month', '0 0 0 2 * ? *'],
    ['at midnight on the 1st and 15th of the month', '0 0 0 1,15 * ? *'],
    ['every monday at 9am', '0 0 9 ? * MON *'],
    ['at 8am on weekends', '0 0 8 ? * SAT,SUN *'],
    ['at 6:00 pm every Monday through Friday', '0 0 18 ? * MON-FRI *'],
    ['7pm every Thursday', '0 0 19 ? * THU *'],
    ['every mon, wed and fri at 10:30', '0 30 10 ? * MON,WED,FRI *'],
    ['every 5 minutes on weekdays between 6:00 am and 9:00 am', '0 0/5 6-9 ? * MON-FRI *'],
    ['every day from January to March', '0 0 0 */1 JAN-MAR ? *'],
    ['every minute in 2020 and 2024', '0 * * * * ? 2020,2024'],
    ['every weekday at 8am', '0 0 8 ? * MON-FRI *'],
    ['every day at noon', '0 0 12 */1 * ? *'],
    ['every day at 12am', '0 0 0 */1 * ? *'],
    ['Every Day At 9 PM', '0 0 21 */1 * ? *'],
  ])('%s is %s [S3]', (text, cron) => {
    expect(parseSchedule(text, NOW)).toEqual({ kind: 'cron', cron });
  });

  it.each([
    ['', 'Cannot parse'],
    ['daily', "Cannot parse 'daily' as datetime, duration, or cron expression."],
    ['whenever you like', 'Cannot parse'],
    ['60 * * * *', 'Cannot parse'],
    ['0 9 * * 8', 'Cannot parse'],
    ['2030-13-01T00:00:00Z', 'Cannot parse'],
    ['every 500 milliseconds', 'Sub-second schedule intervals are not supported'],
    ['every 500ms', 'Sub-second schedule intervals are not supported'],
    ['every day at 13pm', "'13pm' is no time of the day"],
    ['every day at 9:75', "'9:75' is no time of the day"],
    ['x'.repeat(501), 'longer than 500 characters'],
  ])('%s is refused [S3]', (text, problem) => {
    expect(parseSchedule(text, NOW)).toEqual({ problem: expect.stringContaining(problem) });
  });
});
