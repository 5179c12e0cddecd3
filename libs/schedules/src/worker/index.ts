export { DeclaredSchedules } from './declared-schedules';
export { Scheduler } from './scheduler';
export { SchedulesWorkerModule } from './schedules-worker.module';
