import type { ClaimedRow, Restart } from '@app/dispatch';
import type { SandboxHandle } from '@app/platform/sandbox';

/** A run that is going on here. */
export interface ActiveRun {
  readonly row: ClaimedRow;
  readonly incarnation: string;
  handle: SandboxHandle | null;
  cancelRequested: boolean;
  /** Taken from us, or given back: its outcome is nobody's. */
  dropped: boolean;
  /** How often it began again without counting a delivery, and why. */
  restarts: readonly Restart[];
}
