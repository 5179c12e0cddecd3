/** `time.sleep`: `{ms}`, null when they have passed. Ends with the run. */
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { HostCallFailure, HostFunctions } from './extension-points';

/** Longer than any run lasts; Node's timers overflow at 25 days. */
const MAX_MS = 24 * 3_600_000;

@Injectable()
export class ClockCalls implements OnModuleInit {
  constructor(private readonly functions: HostFunctions) {}

  onModuleInit(): void {
    this.functions.register('time.sleep', async (_run, argsJson, signal) => {
      const { ms } = JSON.parse(argsJson) as { readonly ms?: unknown };
      if (typeof ms !== 'number' || !(ms >= 0)) throw new HostCallFailure('invalid', 'ms must be a number');
      await sleep(Math.min(ms, MAX_MS), undefined, { signal }).catch(() => {
        throw new HostCallFailure('cancelled', 'the run is over');
      });
      return 'null';
    });
  }
}
