export { CronError, normaliseCron, parseCron, type Cron } from './cron';
export { decide, GRACE_MS, type Decision, type DueSchedule, type Firing } from './due';
export { describeCron } from './describe';
export { ExpressionError, readExpression, timingText, type Expression, type Timing } from './expression';
export { MadeSchedules, ScheduleRefusedError, type NewSchedule } from './made-schedules';
export { nextOccurrence, occurrencesUntil } from './occurrences';
export { checkLimits, type ScheduleLimits } from './schedule-limits';
export { type ScheduleView } from './schedule.queries';
export {
  ScheduleRepository,
  type DeclaredSchedule,
  type ScheduleChoice,
  type UndeclaredBuild,
} from './schedule.repository';
export { scheduleEvent, type FiringSchedule, type OccurrenceFacts } from './schedule-event';
export { ScheduleService } from './schedule.service';
export { schedulesConfig, type SchedulesConfig } from './schedules.config';
export { SchedulesModule } from './schedules.module';
export { Zone } from './zone';
