import { defineConfig, duration, flag, integer, variable, type ConfigOf } from '@app/platform/config';

export const schedulesConfig = defineConfig('schedules', {
  minIntervalMs: variable(
    'HOT_SCHEDULE_MIN_INTERVAL',
    duration('1s', 'ms'),
    'Shortest pause that a schedule may have between two of its next 65 occurrences.',
  ),
  minDelayMs: variable(
    'HOT_SCHEDULE_MIN_DELAY',
    duration('0s', 'ms'),
    'Shortest time from now for which a program may schedule a single call.',
  ),
  maxActivePerOrg: variable(
    'HOT_SCHEDULE_MAX_ACTIVE',
    integer(-1, -1, 10_000_000),
    'Active schedules of one organization; -1: as many as it likes.',
  ),
  backfill: variable(
    'HOT_SCHEDULER_BACKFILL',
    flag(false),
    'Whether all occurrences that were missed in the last day happen late, a hundred per schedule at most.',
  ),
});

export type SchedulesConfig = ConfigOf<typeof schedulesConfig>;
