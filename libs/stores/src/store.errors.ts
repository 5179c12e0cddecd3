export type StoreRefusal = 'invalid' | 'conflict' | 'quota';

/** What a program is told when it may not do what it asked for. */
export class StoreRefusedError extends Error {
  constructor(
    readonly code: StoreRefusal,
    message: string,
  ) {
    super(message);
    this.name = 'StoreRefusedError';
  }
}

/** The run was given to another worker: what this one still does must have no effect. */
export class NotOurStoreRunError extends Error {
  /** As programs are told: their run ends. */
  readonly code = 'cancelled';

  constructor() {
    super('The run belongs to another worker');
    this.name = 'NotOurStoreRunError';
  }
}
