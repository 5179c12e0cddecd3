/** Stored files, as running needs to know them: calls of the library in, their answers out. */

export const FILE_CALLS = ['file.read', 'file.write', 'file.delete', 'file.stat', 'file.list'] as const;

export type FileCall = (typeof FILE_CALLS)[number];

/** The run on whose behalf files are used. What it changes counts only while the incarnation has the dispatch row. */
export interface FileUser {
  readonly orgId: string;
  readonly envId: string;
  readonly runId: string;
  readonly dispatchId: string;
  readonly incarnation: string;
  readonly byUserId: string | null;
}

/** The files of an environment. Provided by the lib that keeps them. */
export abstract class RunFiles {
  /** Of a file that can be read. */
  abstract readonly maxReadBytes: number;

  /**
   * JSON in, JSON out. Rejects with an error whose `code` and `message` the program is told; `cancelled` when the run is
   * no longer its worker's.
   */
  abstract call(run: FileUser, name: FileCall, argsJson: string): Promise<string>;
}
