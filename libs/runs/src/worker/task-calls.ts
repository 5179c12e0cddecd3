/** `task.*` and `box.*` for running programs. */
import { Inject, Injectable, Optional, type OnModuleInit } from '@nestjs/common';
import { RunTasks, TASK_CALLS } from '../tasks.port';
import { HostFunctions } from './extension-points';

@Injectable()
export class TaskCalls implements OnModuleInit {
  constructor(
    private readonly functions: HostFunctions,
    @Optional() @Inject(RunTasks) private readonly tasks: RunTasks | null,
  ) {}

  onModuleInit(): void {
    const { tasks } = this;
    if (tasks === null) return;
    for (const name of TASK_CALLS) {
      this.functions.register(name, (run, argsJson, signal) => tasks.call(run, name, argsJson, signal));
    }
  }
}
