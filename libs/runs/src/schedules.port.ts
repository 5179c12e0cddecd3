/** Schedules of programs, as running needs to know them: calls of the library and events that ask for them. */
import type { ClaimedRow } from '@app/dispatch';
import type { RunSecrets } from './secret-leaves';

export const SCHEDULE_CALLS = ['schedule.create', 'schedule.cancel'] as const;
export type ScheduleCall = (typeof SCHEDULE_CALLS)[number];

export const SCHEDULE_EVENTS = ['hot:schedule:new', 'hot:schedule:cancel'] as const;
export type ScheduleEvent = (typeof SCHEDULE_EVENTS)[number];

/** The run on whose behalf a schedule is made or ended. */
export interface ScheduleUser {
  readonly orgId: string;
  readonly envId: string;
  readonly projectId: string;
  readonly runId: string;
  readonly byUserId: string | null;
  /** What the run has read so far of what is secret. */
  readonly secrets: RunSecrets;
}

/** What programs have happen later. Provided by the lib that keeps it. */
export abstract class RunSchedules {
  /** JSON in, JSON out. Rejects with an error whose `code` and `message` the program is told. */
  abstract call(run: ScheduleUser, name: ScheduleCall, argsJson: string): Promise<string>;

  /** Does what the event asks for, once however often it is delivered. The result is JSON text. `later`: not its turn yet. */
  abstract onEvent(
    type: ScheduleEvent,
    row: ClaimedRow,
  ): Promise<{ readonly problem: string } | { readonly result: string } | 'later'>;
}
