/** `time.sleep`: `{ms}`, null when they have passed. Ends with the run. */
import { RUN_TYPES } from '@app/dispatch';
import { Inject, Injectable, Optional, type OnModuleInit } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { RunTasks } from '../tasks.port';
import { HostCallFailure, HostFunctions } from './extension-points';

/** Longer than any run lasts; Node's timers overflow at 25 days. */
const MAX_MS = 24 * 3_600_000;
/** A task that sleeps longer waits like one that waits for a message: without a timer, and without its slot in the end. */
const LONG_MS = 5_000;

@Injectable()
export class ClockCalls implements OnModuleInit {
  constructor(
    private readonly functions: HostFunctions,
    @Optional() @Inject(RunTasks) private readonly tasks: RunTasks | null,
  ) {}

  onModuleInit(): void {
    this.functions.register('time.sleep', async (run, argsJson, signal) => {
      const { ms } = JSON.parse(argsJson) as { readonly ms?: unknown };
      if (typeof ms !== 'number' || !(ms >= 0)) throw new HostCallFailure('invalid', 'ms must be a number');
      if (this.tasks !== null && run.runType === RUN_TYPES.task && ms >= LONG_MS) {
        await this.tasks.sleep(run, Math.min(ms, MAX_MS), signal);
        return 'null';
      }
      await sleep(Math.min(ms, MAX_MS), undefined, { signal }).catch(() => {
        throw new HostCallFailure('cancelled', 'the run is over');
      });
      return 'null';
    });
  }
}
