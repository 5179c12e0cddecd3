/** `schedule.*` for running programs, and the events by which they ask for the same. */
import { Inject, Injectable, Optional, type OnModuleInit } from '@nestjs/common';
import { RunSchedules, SCHEDULE_CALLS, SCHEDULE_EVENTS } from '../schedules.port';
import { HostFunctions, SystemEffects } from './extension-points';

@Injectable()
export class ScheduleCalls implements OnModuleInit {
  constructor(
    private readonly functions: HostFunctions,
    private readonly effects: SystemEffects,
    @Optional() @Inject(RunSchedules) private readonly schedules: RunSchedules | null,
  ) {}

  onModuleInit(): void {
    const { schedules } = this;
    if (schedules === null) return;
    for (const name of SCHEDULE_CALLS) {
      this.functions.register(name, (run, argsJson) =>
        schedules.call({ ...run, projectId: run.target.projectId }, name, argsJson),
      );
    }
    for (const type of SCHEDULE_EVENTS) this.effects.register(type, (row) => schedules.onEvent(type, row));
  }
}
