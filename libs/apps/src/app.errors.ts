import { ConflictError } from '@app/kernel';
import type { AppAction } from '@app/builds';
import type { AppStateName } from './app-state';

const DONE = { start: 'started', stop: 'stopped', reload: 'reloaded' } as const satisfies Record<
  AppAction,
  string
>;

export class ActionUnavailableError extends ConflictError {
  /** @param blockedBy key of the only app of the environment, when it is that which stands in the way */
  constructor(key: string, action: AppAction, state: AppStateName, blockedBy: string | null) {
    const by =
      blockedBy === null
        ? ''
        : `. ${blockedBy} is the only app of this environment as long as it is not stopped`;
    super(`App ${key} is ${state}: it cannot be ${DONE[action]} now${by}`);
  }
}
