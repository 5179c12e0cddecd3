import { describeCron } from './describe';

describe('a schedule in words', () => {
  it.each([
    ['* * * * * *', 'Every second'],
    ['*/10 * * * * *', 'Every 10 seconds'],
    ['* * * * *', 'Every minute'],
    ['*/15 * * * *', 'Every 15 minutes'],
    ['@hourly', 'Every hour'],
    ['5 * * * *', 'Every hour at minute 5'],
    ['0 */6 * * *', 'Every 6 hours'],
    ['@daily', 'Every day at 00:00'],
    ['0 6 * * 1-5', 'Every weekday at 06:00'],
    ['30 9,17 * * *', 'Every day at 09:30 and 17:30'],
    ['0 9 * * MON,THU', 'Every Monday and Thursday at 09:00'],
    ['0 9 * * 7', 'Every Sunday at 09:00'],
    ['0 0 1 * *', 'On day 1 of every month at 00:00'],
    ['0 0 L * *', 'On the last day of every month at 00:00'],
    ['0 8 24 12 *', 'On day 24 of December at 08:00'],
    ['*/5 * * * 1-5', 'Every 5 minutes, every weekday'],
    ['15 30 2 * * *', 'Every day at 02:30:15'],
  ])('%s is %p', (cron, words) => {
    expect(describeCron(cron)).toBe(words);
  });

  it.each(['0 9-17 * * *', '0 9 15 * 1', '0 9 * * 1#2', '0 9 LW * *', '0 0 9 1 1 * 2027', '3-40/7 * * * *'])(
    '%s has no plain sentence',
    (cron) => {
      expect(describeCron(cron)).toBeNull();
    },
  );
});
