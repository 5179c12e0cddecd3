/** Tables: dispatch (update, delete), run (insert), task (read). What people and programs ask of tasks. */
import {
  cancelWaiting,
  CounterSlots,
  envChannel,
  streamChannel,
  TASKS_CHANNEL,
  workerChannel,
  encodeStreamNotice,
  type WorkerNotice,
} from '@app/dispatch';
import { ConflictError, type EnvScope } from '@app/kernel';
import { Db, statement } from '@app/platform/database';
import { LiveBus } from '@app/platform/live';
import { Injectable } from '@nestjs/common';
import { TaskReads } from './task.queries';
import { isEnded } from './task.view';

const REQUEST = statement(
  'tasks_request_cancel',
  `UPDATE hot.dispatch SET cancel_requested = 1
   WHERE dispatch_id = $2 AND env_id = $1 AND run_type = 7 AND state = 2 RETURNING incarnation, run_id`,
);

// Nothing has begun: the task ends with its row.
const CANCEL_QUEUED = statement(
  'tasks_cancel_queued',
  `DELETE FROM hot.dispatch WHERE dispatch_id = $2 AND env_id = $1 AND run_type = 7 AND state = 1
   RETURNING dispatch_id`,
);

const CANCEL_WAITING = statement(
  'tasks_cancel_waiting',
  cancelWaiting('env_id = $1 AND dispatch_id = $2 AND run_type = 7', '$3::smallint', '$4::text'),
);

const CANCELLED = JSON.stringify({ $type: '::hot::task/Cancellation', $val: { msg: 'Cancelled' } });

@Injectable()
export class TaskCommands {
  constructor(
    private readonly db: Db,
    private readonly bus: LiveBus,
    private readonly slots: CounterSlots,
    private readonly reads: TaskReads,
  ) {}

  /**
   * Ends a task that has not begun, and asks one that goes on to stop: it ends as cancelled, whatever it does meanwhile.
   * False when it has ended already. Throws NotFoundError.
   */
  async cancel(scope: EnvScope, taskId: string): Promise<boolean> {
    const ids = [scope.envId, taskId];
    // It may move on between two of these, but only so often: attempts are seconds apart.
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if ((await this.db.query(CANCEL_QUEUED, ids)).length > 0) return this.told(scope, taskId);
      const asked = await this.db.queryOne<{ incarnation: string; run_id: string }>(REQUEST, ids);
      if (asked !== undefined) {
        const notice: WorkerNotice = { k: 'cancel', runId: asked.run_id };
        this.bus.publish(workerChannel(asked.incarnation), JSON.stringify(notice));
        return true;
      }
      const waiting = await this.db.query(CANCEL_WAITING, [...ids, this.slots.of('retry'), CANCELLED]);
      if (waiting.length > 0) return this.told(scope, taskId);
      const task = await this.reads.get(scope, taskId);
      if (isEnded(task.status)) return false;
    }
    throw new ConflictError('The task is being moved; try again');
  }

  private async told(scope: EnvScope, taskId: string): Promise<true> {
    const task = await this.reads.get(scope, taskId);
    const { envId, streamId, runId, projectId } = task;
    this.bus.publish(TASKS_CHANNEL, taskId);
    this.bus.publish(
      streamChannel(envId, streamId),
      encodeStreamNotice({ k: 'task', taskId, runId, projectId }),
    );
    this.bus.publish(
      envChannel(envId),
      JSON.stringify({
        type: 'task:complete',
        task_id: taskId,
        env_id: envId,
        stream_id: streamId,
        function_name: task.functionName,
        task_type: task.taskType,
        status: task.status,
        duration_ms: task.durationMs,
      }),
    );
    return true;
  }
}
