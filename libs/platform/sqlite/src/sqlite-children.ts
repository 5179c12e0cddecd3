/**
 * The children of one worker: few, because each has memory of its own. A run holds one from the first database that it
 * opens to the last that it closes; others wait for a while.
 */
import { resolve } from 'node:path';
import { Refusal } from '@app/platform/calls';
import type { OpenCopy } from './program-sqlite';
import { SqliteChild, type ChildSettings } from './sqlite-child';

export interface ChildrenSettings extends ChildSettings {
  /** At the same time. */
  readonly children: number;
  /** How many of them one organization may have. */
  readonly childrenPerOrg: number;
  /** How long a run waits for one. */
  readonly waitMs: number;
}

const MIB = 1024 * 1024;

export function childrenSettings(given: Partial<ChildrenSettings> = {}): ChildrenSettings {
  return {
    childPath: resolve(__dirname, 'child/main.js'),
    children: 8,
    childrenPerOrg: 4,
    waitMs: 10_000,
    statementMs: 30_000,
    heapMb: 128,
    memoryMb: 384,
    valueBytes: 24 * MIB,
    rows: 100_000,
    answerChars: 16 * MIB,
    ...given,
  };
}

interface Waiting {
  readonly orgId: string;
  readonly proceed: () => void;
}

export class SqliteChildren {
  private readonly alive = new Map<SqliteChild, string>();
  private readonly waiting = new Set<Waiting>();

  constructor(private readonly settings: ChildrenSettings) {}

  /** Of the processes that are there. */
  get pids(): readonly number[] {
    return [...this.alive.keys()].map(({ pid }) => pid);
  }

  /** Where one run opens its databases. All are gone when the signal aborts. */
  forRun(orgId: string, signal: AbortSignal): RunCopies {
    return new RunCopies(() => this.start(orgId, signal), signal);
  }

  /** The worker ends. */
  close(): void {
    for (const child of this.alive.keys())
      child.kill(new Refusal('cancelled', 'the worker is shutting down'));
  }

  private start(orgId: string, signal: AbortSignal): Promise<SqliteChild> {
    if (signal.aborted) return Promise.reject(over());
    return this.hasRoom(orgId) ? Promise.resolve(this.launch(orgId)) : this.turn(orgId, signal);
  }

  private launch(orgId: string): SqliteChild {
    const child: SqliteChild = new SqliteChild(this.settings, () => {
      this.alive.delete(child);
      this.next();
    });
    this.alive.set(child, orgId);
    return child;
  }

  private hasRoom(orgId: string): boolean {
    const { children, childrenPerOrg } = this.settings;
    const own = [...this.alive.values()].filter((each) => each === orgId).length;
    return this.alive.size < children && own < childrenPerOrg;
  }

  private turn(orgId: string, signal: AbortSignal): Promise<SqliteChild> {
    return new Promise((resolve, reject) => {
      const stop = (problem: Refusal): void => {
        leave();
        reject(problem);
      };
      const onAbort = (): void => stop(over());
      const seconds = this.settings.waitMs / 1_000;
      const full = new Refusal('quota', `too many runs have databases open; waited for ${seconds} s`);
      const timer = setTimeout(() => stop(full), this.settings.waitMs);
      const entry = {
        orgId,
        proceed: () => {
          leave();
          resolve(this.launch(orgId));
        },
      };
      const leave = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        this.waiting.delete(entry);
      };
      this.waiting.add(entry);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  private next(): void {
    for (const entry of this.waiting) {
      if (this.hasRoom(entry.orgId)) return entry.proceed();
    }
  }
}

const over = (): Refusal => new Refusal('cancelled', 'the run is over');

export class RunCopies {
  private child: SqliteChild | null = null;
  private starting: Promise<SqliteChild> | null = null;

  constructor(
    private readonly start: () => Promise<SqliteChild>,
    signal: AbortSignal,
  ) {
    signal.addEventListener('abort', () => this.child?.kill(over()), { once: true });
  }

  async open(content: Uint8Array, readOnly: boolean): Promise<OpenCopy> {
    const child = this.child?.isAlive === true ? this.child : await (this.starting ??= this.started());
    return child.open(content, readOnly);
  }

  /** Refused when the run is over; afterwards the signal's end is the child's. */
  private async started(): Promise<SqliteChild> {
    try {
      return (this.child = await this.start());
    } finally {
      this.starting = null;
    }
  }
}
