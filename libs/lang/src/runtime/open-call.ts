/** A call under way, in a traced run. */
export class OpenCall {
  /** 0: a gate. It and all calls inside have no record, unless an error passes. */
  id = 0;
  fn = 0;
  site = 0;
  /** Depth that is left. */
  left = 0;
  start = 0;
  /** The last block that told of it anew. In the one that it began in it is known anyway. */
  told = 0;
  /**
   * The call that was begun in this one last. When that has ended, the object serves for the next one: in a run of one
   * fibre whatever begins in a call comes after what began in it before.
   */
  child: OpenCall | null = null;

  constructor(readonly parent: OpenCall | null) {}
}

/** A call that an error passed and that has no `OpenCall`: see `HaltFrame`. */
export interface PassedCall {
  readonly fn: number;
  readonly site: number;
  /** Depth that was left. */
  readonly left: number;
}
