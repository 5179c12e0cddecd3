/** Runs that wait for a place: first come, first served within an organization, and no organization behind another. */
import type { SandboxOutcome, SandboxRun } from '../port';
import type { ChildLink } from './child-link';

export interface WaitingRun {
  readonly run: SandboxRun;
  readonly sinceMs: number;
  readonly settle: (outcome: SandboxOutcome) => void;
  /** Told which child has it, under which number. */
  readonly placed: (link: ChildLink, number: number) => void;
}

/** Suspects of all organizations stand in one queue: only one runs at a time. */
export const QUARANTINE = Symbol('quarantine');
export type Group = string | null | typeof QUARANTINE;

export class RunQueue {
  private readonly groups = new Map<Group, WaitingRun[]>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  add(group: Group, entry: WaitingRun): void {
    const queue = this.groups.get(group);
    if (queue === undefined) this.groups.set(group, [entry]);
    else queue.push(entry);
    this.count += 1;
  }

  /** Back to the front: it had its turn, and its child died before it began. */
  addFirst(group: Group, entry: WaitingRun): void {
    this.add(group, entry);
    const queue = this.groups.get(group) ?? [];
    queue.unshift(...queue.splice(-1));
  }

  /** Gives out the runs of each group in order, for as long as `take` accepts them. */
  offer(take: (group: Group, entry: WaitingRun) => boolean): void {
    for (const [group, queue] of this.groups) {
      let given = 0;
      for (const entry of queue) {
        if (!take(group, entry)) break;
        given += 1;
      }
      queue.splice(0, given);
      this.count -= given;
      if (queue.length === 0) this.groups.delete(group);
    }
  }

  remove(run: SandboxRun): WaitingRun | null {
    for (const [group, queue] of this.groups) {
      const at = queue.findIndex((entry) => entry.run === run);
      if (at < 0) continue;
      const [entry] = queue.splice(at, 1);
      this.count -= 1;
      if (queue.length === 0) this.groups.delete(group);
      return entry ?? null;
    }
    return null;
  }

  removeAll(): readonly WaitingRun[] {
    const all = [...this.groups.values()].flat();
    this.groups.clear();
    this.count = 0;
    return all;
  }
}
