import type { EnvScope } from '@app/kernel';

export interface FileView {
  readonly fileId: string;
  readonly path: string;
  readonly size: number;
  readonly etag: string | null;
  readonly contentType: string | null;
  readonly storageBackend: string;
  /** Null for a file that came over the API. */
  readonly createdByRunId: string | null;
  /** The run that replaced the content last; null when nobody did, or when that came over the API. */
  readonly updatedByRunId: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A run that writes: only while it is this incarnation's. */
export interface WritingRun {
  readonly runId: string;
  readonly dispatchId: string;
  readonly incarnation: string;
}

/** On whose behalf files are changed. */
export interface FileActor extends EnvScope {
  readonly userId: string | null;
  readonly run: WritingRun | null;
}
