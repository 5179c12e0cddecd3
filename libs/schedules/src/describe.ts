/**
 * A cron expression as a sentence: "Every weekday at 06:00". What has no plain sentence gets none: the expression itself
 * is better than a wrong one.
 */
import { normaliseCron } from './cron';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const SHORT = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

export function describeCron(cron: string): string | null {
  const [second = '', minute = '', hour = '', day = '', month = '', weekday = '', year = ''] =
    normaliseCron(cron).split(' ');
  if (year !== '*') return null;
  const often = repeated(second, minute, hour);
  const dates = datesOf(day, month, weekday);
  if (dates === null) return null;
  if (often !== null) return dates === '' ? often : `${often}, ${dates.replace(/^Every/, 'every')}`;
  const times = timesOf(second, minute, hour);
  if (times === null) return null;
  return `${dates === '' ? 'Every day' : dates} at ${times}`;
}

/** "Every 10 seconds", "Every hour at minute 5"; null when it is about times of the day. */
function repeated(second: string, minute: string, hour: string): string | null {
  if (minute === '*' && hour === '*') {
    if (second === '*') return 'Every second';
    if (second === '0') return 'Every minute';
    return everyOf(second, 'seconds');
  }
  if (second !== '0') return null;
  if (hour === '*') {
    if (minute === '0') return 'Every hour';
    return /^\d+$/.test(minute) ? `Every hour at minute ${Number(minute)}` : everyOf(minute, 'minutes');
  }
  return minute === '0' ? everyOf(hour, 'hours') : null;
}

function everyOf(field: string, unit: string): string | null {
  const step = /^(?:\*|0)\/(\d+)$/.exec(field)?.[1];
  if (step === undefined) return null;
  return step === '1' ? `Every ${unit.slice(0, -1)}` : `Every ${step} ${unit}`;
}

function timesOf(second: string, minute: string, hour: string): string | null {
  if (!/^\d+$/.test(second) || !/^\d+$/.test(minute) || !/^\d+(,\d+)*$/.test(hour)) return null;
  const two = (text: string): string => text.padStart(2, '0');
  const times = hour
    .split(',')
    .map((each) => `${two(each)}:${two(minute)}${Number(second) === 0 ? '' : `:${two(second)}`}`);
  return times.length > 4 ? null : sentence(times);
}

/** '' for every day; null when there is no plain way to say it. */
function datesOf(day: string, month: string, weekday: string): string | null {
  const anyDay = day === '*' || day === '?';
  const anyWeekday = weekday === '*' || weekday === '?';
  const months = month === '*' ? '' : monthsOf(month);
  if (months === null) return null;
  const within = months === '' ? '' : ` in ${months}`;
  if (anyDay && anyWeekday) return months === '' ? '' : `Every day${within}`;
  if (anyDay) {
    const days = weekdaysOf(weekday);
    return days === null ? null : `Every ${days}${within}`;
  }
  if (!anyWeekday) return null;
  if (day === 'L') return `On the last day of ${months === '' ? 'every month' : months}`;
  return /^\d+$/.test(day) ? `On day ${Number(day)} of ${months === '' ? 'every month' : months}` : null;
}

function weekdaysOf(field: string): string | null {
  if (['1-5', 'MON-FRI'].includes(field)) return 'weekday';
  if (['0,6', '6,0', 'SAT,SUN', 'SUN,SAT', '6-7'].includes(field)) return 'Saturday and Sunday';
  const names = field
    .split(',')
    .map((each) => (/^[0-7]$/.test(each) ? DAYS[Number(each) % 7] : DAYS[SHORT.indexOf(each)]));
  const known = names.filter((name): name is string => name !== undefined);
  return known.length === names.length ? sentence(known) : null;
}

function monthsOf(field: string): string | null {
  const names = field
    .split(',')
    .map((each) =>
      /^\d+$/.test(each)
        ? MONTHS[Number(each) - 1]
        : MONTHS.find((name) => name.toUpperCase().slice(0, 3) === each),
    );
  const known = names.filter((name): name is string => name !== undefined);
  return known.length === names.length ? sentence(known) : null;
}

const sentence = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
