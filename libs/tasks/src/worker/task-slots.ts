/** How many tasks may go on at once. One that has waited for long does so without a slot, and takes one to go on. */
import { RunSlots } from '@app/dispatch/worker';
import type { TaskPlaces } from '@app/runs';
import { Inject, Injectable } from '@nestjs/common';
import { TaskRunOverError } from './task.errors';
import { tasksWorkerConfig, type TasksWorkerConfig } from './tasks-worker.config';

@Injectable()
export class TaskSlots implements TaskPlaces {
  private readonly slots: RunSlots;
  /** By run: whether it is parked. */
  private readonly runs = new Map<string, boolean>();

  constructor(@Inject(tasksWorkerConfig.token) private readonly config: TasksWorkerConfig) {
    this.slots = new RunSlots(config.maxConcurrent);
  }

  get drainMs(): number {
    return this.config.drainMs;
  }

  get inUse(): number {
    return this.slots.inUse;
  }

  /** Runs that wait without a slot. */
  get parked(): number {
    return [...this.runs.values()].filter((parked) => parked).length;
  }

  acquire(): boolean | Promise<boolean> {
    return this.slots.acquire();
  }

  /** Of a slot that nothing came of. */
  release(): void {
    this.slots.release();
  }

  begin(runId: string): void {
    this.runs.set(runId, false);
  }

  end(runId: string): void {
    const parked = this.runs.get(runId);
    this.runs.delete(runId);
    if (parked === false) this.slots.release();
  }

  park(runId: string): void {
    if (this.runs.get(runId) !== false) return;
    this.runs.set(runId, true);
    this.slots.release();
  }

  /** Before a run that waited goes on. Throws TaskRunOverError when it must not any more. */
  async resume(runId: string): Promise<void> {
    if (this.runs.get(runId) !== true) return;
    if (!(await this.slots.acquire())) throw new TaskRunOverError();
    if (this.runs.get(runId) === true) this.runs.set(runId, false);
    // It ended, or another of its calls was faster.
    else this.slots.release();
  }

  /** Starts nothing more. Resolves when all that goes on, but for what is parked, has ended. */
  close(): Promise<void> {
    return this.slots.close();
  }
}
