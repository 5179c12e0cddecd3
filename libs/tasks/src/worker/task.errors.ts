export type TaskRefusal = 'invalid' | 'not_found' | 'quota' | 'unavailable';

/** What a program is told when it may not do what it asked for. */
export class TaskRefusedError extends Error {
  constructor(
    readonly code: TaskRefusal,
    message: string,
  ) {
    super(message);
    this.name = 'TaskRefusedError';
  }
}

/** The run was given to another worker, or has ended: what it still does must have no effect. */
export class TaskRunOverError extends Error {
  /** As programs are told: their run ends. */
  readonly code = 'cancelled';

  constructor() {
    super('The run is over');
    this.name = 'TaskRunOverError';
  }
}
