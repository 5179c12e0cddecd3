import { refColumns, type NewRef } from '@app/blobs';
import { CounterSlots, GroupWriter, HotSqlPools, isRowsFault } from '@app/dispatch';
import { Db, type Statement } from '@app/platform/database';
import type { SealedText } from '@app/runs';
import { Injectable } from '@nestjs/common';
import { TASK_TYPES } from '../task.view';
import {
  CHECKPOINT,
  CONTAINERS_OF,
  LOCK_CONTAINERS,
  RECEIVE,
  RESTORE,
  SEND,
  START,
  START_WITH_REFS,
} from './task.sql';

/** Whose write it is. */
export interface Guard {
  readonly incarnation: string;
  readonly dispatchId: string;
}

export interface NewTask {
  readonly guard: Guard;
  readonly taskId: string;
  readonly orgId: string;
  readonly envId: string;
  readonly retentionClass: number;
  readonly streamId: string;
  readonly projectId: string;
  readonly buildId: string;
  /** Or an image. */
  readonly functionName: string;
  /** Null for a function. */
  readonly container: { readonly size: string; readonly shown: string } | null;
  /** JSON text. */
  readonly eventData: string;
  /** To large values of the data that are kept apart. */
  readonly refs: readonly NewRef[];
  readonly sealed: string | null;
  /** JSON text. */
  readonly startData: string;
  readonly timeoutMs: number;
  /** JSON text. */
  readonly retry: string | null;
  readonly originRunId: string;
  readonly byUserId: string | null;
  readonly accessId: string | null;
}

/** What became of a message; `known` and `full` are of the moment before. */
interface Sending {
  readonly ours: boolean;
  readonly sent: boolean;
  readonly known: boolean;
  readonly full: boolean;
}

const MAX_ROWS = 200;
const MAX_BYTES = 8 * 1024 * 1024;

@Injectable()
export class TaskRepository {
  private readonly starts: GroupWriter<NewTask, boolean>;

  constructor(
    private readonly pools: HotSqlPools,
    private readonly slots: CounterSlots,
    private readonly db: Db,
  ) {
    this.starts = new GroupWriter<NewTask, boolean>({
      maxItems: MAX_ROWS,
      maxWeight: MAX_BYTES,
      maxInFlight: 1,
      weigh: (task) => task.eventData.length + 500,
      isItemsFault: isRowsFault,
      write: async (tasks) => {
        const incarnation = tasks.at(-1)?.guard.incarnation ?? '';
        const mine = tasks.filter(({ guard }) => guard.incarnation === incarnation);
        const started = await this.insert(mine, incarnation);
        return tasks.map(({ taskId }) => started.has(taskId));
      },
    });
  }

  /** Queued, durable. False: the run that starts it is not ours any more. */
  start(task: NewTask): Promise<boolean> {
    return this.starts.push(task);
  }

  /** As `start`, for an organization that may have so many containers at once; `full` when it has. */
  startWithin(task: NewTask, limit: number): Promise<boolean | 'full'> {
    return this.db.tx(async () => {
      await this.db.execute(LOCK_CONTAINERS, [task.orgId]);
      if ((await this.containersOf(task.orgId)) >= limit) return 'full';
      const { statement, values } = this.starting([task], task.guard.incarnation);
      return (await this.db.query(statement, values)).length > 0;
    });
  }

  /** Containers of the organization that wait or go on. */
  async containersOf(orgId: string): Promise<number> {
    return (await this.db.queryOne<{ count: number }>(CONTAINERS_OF, [orgId]))?.count ?? 0;
  }

  /** Null: the run is not ours. */
  async receive(
    run: Guard,
  ): Promise<{ readonly cancelled: boolean; readonly message: SealedText | null } | null> {
    const [row] = await this.pools.durable.rows<{
      cancel: number;
      payload: string | null;
      sealed: string | null;
    }>(RECEIVE, [run.incarnation, run.dispatchId]);
    if (row === undefined) return null;
    const { cancel, payload: text, sealed } = row;
    return { cancelled: cancel === 1, message: text === null ? null : { text, sealed } };
  }

  async send(run: Guard, envId: string, taskId: string, message: SealedText): Promise<Sending> {
    const [row] = await this.pools.durable.rows<Sending>(SEND, [
      run.incarnation,
      run.dispatchId,
      taskId,
      envId,
      message.text,
      message.sealed,
    ]);
    return row ?? { ours: false, sent: false, known: false, full: false };
  }

  async checkpoint(run: Guard, { text, sealed }: SealedText): Promise<boolean> {
    const rows = await this.pools.durable.rows(CHECKPOINT, [run.incarnation, run.dispatchId, text, sealed]);
    return rows.length > 0;
  }

  /** Undefined: there is no such task in the env. */
  async restore(envId: string, taskId: string): Promise<SealedText | null | undefined> {
    const [row] = await this.pools.durable.rows<{ checkpoint: string | null; sealed: string | null }>(
      RESTORE,
      [envId, taskId],
    );
    if (row === undefined) return undefined;
    return row.checkpoint === null ? null : { text: row.checkpoint, sealed: row.sealed };
  }

  private async insert(tasks: readonly NewTask[], incarnation: string): Promise<ReadonlySet<string>> {
    const { statement, values } = this.starting(tasks, incarnation);
    const rows = await this.pools.durable.rows<{ task_id: string }>(statement, values);
    return new Set(rows.map((row) => row.task_id));
  }

  private starting(
    tasks: readonly NewTask[],
    incarnation: string,
  ): { readonly statement: Statement; readonly values: unknown[] } {
    const pick = <T>(of: (task: NewTask) => T): T[] => tasks.map(of);
    const values = [
      pick((task) => task.taskId),
      pick((task) => task.guard.dispatchId),
      pick((task) => task.orgId),
      pick((task) => task.envId),
      pick((task) => task.retentionClass),
      pick((task) => task.streamId),
      pick((task) => task.projectId),
      pick((task) => task.buildId),
      pick((task) => task.functionName),
      pick((task) => task.eventData),
      pick((task) => task.sealed),
      pick((task) => task.startData),
      pick((task) => task.timeoutMs),
      pick((task) => task.retry),
      pick((task) => task.originRunId),
      pick((task) => task.byUserId),
      pick((task) => task.accessId),
      incarnation,
      this.slots.of('startTask'),
      pick(({ container }) => (container === null ? TASK_TYPES.code : TASK_TYPES.container)),
      pick(({ container }) => container?.size ?? null),
      pick(({ container }) => container?.shown ?? null),
    ];
    if (!tasks.some(({ refs }) => refs.length > 0)) return { statement: START, values };
    const refs = refColumns(tasks.map((task) => ({ rowId: task.taskId, refs: task.refs })));
    return { statement: START_WITH_REFS, values: [...values, ...refs] };
  }
}
