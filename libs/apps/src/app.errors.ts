import { ConflictError } from '@app/kernel';
import type { AppAction } from '@app/builds';
import type { AppStateName } from './app-state';

const DONE = { start: 'started', stop: 'stopped', reload: 'reloaded' } as const satisfies Record<
  AppAction,
  string
>;

export class ActionUnavailableError extends ConflictError {
  constructor(key: string, action: AppAction, state: AppStateName) {
    super(`App ${key} is ${state}: it cannot be ${DONE[action]} now`);
  }
}
