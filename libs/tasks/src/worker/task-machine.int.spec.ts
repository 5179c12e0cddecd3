/**
 * The states of a task against a model that knows nothing of tables: whatever happens in whatever order, what people see
 * of the task is what the model says. The moves are those of the platform itself: claims, outcomes, crashes, the sweep.
 */
import { dispatchConfig, MAX_TASK_DELIVERIES, type EndedRun } from '@app/dispatch';
import { RunClaimer, RunSettler, Sweeper, WorkerLease } from '@app/dispatch/worker';
import { newId } from '@app/kernel';
import { isEnded, TaskCommands, type TaskStatus } from '@app/tasks';
import { useDatabase, useRedis } from '@app/testing';
import fc from 'fast-check';
import { TasksHarness, type TestTenant } from '../testing';

const MOVES = [
  'claim',
  'succeed',
  'fail',
  'time out',
  'retry',
  'lose',
  'put back',
  'crash',
  'cancel',
] as const;
type Move = (typeof MOVES)[number];

/** What a task is, told as a story. */
class Model {
  status: TaskStatus = 'queued';
  attempt = 0;
  infra = 0;
  deliveries = 1;
  cancelled = false;
  /** What the attempt that waits will be. */
  next: 'attempt' | 'delivery' | null = null;

  move(move: Move): void {
    if (isEnded(this.status)) return;
    if (move === 'cancel') {
      if (this.status === 'running') this.cancelled = true;
      else this.status = 'cancelled';
      return;
    }
    if (move === 'claim') {
      if (this.status !== 'queued') return;
      this.status = 'running';
      if (this.next === 'attempt') [this.attempt, this.deliveries] = [this.attempt + 1, 1];
      if (this.next === 'delivery') [this.infra, this.deliveries] = [this.infra + 1, this.deliveries + 1];
      this.next = null;
      return;
    }
    if (this.status !== 'running') return;
    if (move === 'put back') this.status = 'queued';
    else if (move === 'retry') [this.status, this.next] = ['queued', 'attempt'];
    else if (move === 'lose' || move === 'crash') this.lose(move);
    else this.status = this.cancelled ? 'cancelled' : ENDS[move];
  }

  private lose(move: 'lose' | 'crash'): void {
    if (move === 'crash' && this.cancelled) this.status = 'cancelled';
    else if (this.deliveries >= MAX_TASK_DELIVERIES) this.status = this.cancelled ? 'cancelled' : 'failed';
    else [this.status, this.next] = ['queued', 'delivery'];
  }
}

const ENDS = { succeed: 'completed', fail: 'failed', 'time out': 'timed_out' } as const;

describe('the states of a task', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  let tasks: TasksHarness;
  let tenant: TestTenant;

  beforeAll(async () => {
    void dispatchConfig;
    tasks = await TasksHarness.create(
      { databaseUrl: database.url, redisUrl: redis.url },
      `machine-${newId()}`,
    );
    await tasks.start({ tasks: false });
    tenant = await tasks.tenant();
  });
  afterAll(() => tasks.close());

  /** Does it to the real task, as far as it can be done. */
  class Real {
    private runId: string | null = null;

    constructor(private readonly taskId: string) {}

    async move(move: Move): Promise<void> {
      const { app } = tasks.worker;
      const incarnation = (await app.get(WorkerLease).confirm()) ?? '';
      const settler = app.get(RunSettler);
      if (move === 'cancel') {
        await app.get(TaskCommands).cancel(tenant, this.taskId);
        return;
      }
      if (move === 'claim') {
        await tasks.db.execute('UPDATE hot.dispatch SET due_at = now() WHERE dispatch_id = $1', [
          this.taskId,
        ]);
        const claimer = app.get(RunClaimer);
        const claimed =
          (await claimer.claim(incarnation, this.taskId, null)) ??
          (await claimer.claimRetry(incarnation, this.taskId));
        if (claimed !== null) this.runId = claimed.run_id;
        return;
      }
      if (this.runId === null) return;
      const ended = this.ended(this.runId, move === 'time out' ? 'timeout' : 'failure');
      if (move === 'succeed') await settler.finish(incarnation, { ...ended, status: 2, failureKind: null });
      if (move === 'fail' || move === 'time out') await settler.finish(incarnation, { ...ended, status: 3 });
      if (move === 'retry')
        await settler.retryLater(incarnation, {
          ...ended,
          dueMs: Date.now(),
          next: 'attempt',
          quarantine: false,
        });
      if (move === 'put back')
        await settler.putBack(incarnation, [{ ...ended, dueMs: Date.now(), restarts: null }]);
      if (move === 'lose') await this.lose(incarnation, ended);
      if (move === 'crash') await this.crash();
    }

    /** What runs it died, its worker did not. */
    private async lose(incarnation: string, ended: EndedRun): Promise<void> {
      const [row] = await tasks.db.query<{ delivery: number }>(
        'SELECT delivery::int FROM hot.dispatch WHERE dispatch_id = $1',
        [this.taskId],
      );
      const { app } = tasks.worker;
      if ((row?.delivery ?? 0) >= MAX_TASK_DELIVERIES)
        await app.get(RunSettler).deadLetter(incarnation, ended);
      else
        await app.get(RunSettler).retryLater(incarnation, {
          ...ended,
          dueMs: Date.now(),
          next: 'delivery',
          quarantine: true,
        });
    }

    /** The lease runs out under it, and the sweep finds what is left. */
    private async crash(): Promise<void> {
      const dead = newId();
      await tasks.db.execute(
        `INSERT INTO hot.worker_lease (incarnation, worker_id, roles, host, pid, expires_at)
         VALUES ($1, 'dead', '{}', 'dead', 1, now() - interval '1 second')`,
        [dead],
      );
      await tasks.db.execute(
        'UPDATE hot.dispatch SET incarnation = $1 WHERE dispatch_id = $2 AND state = 2',
        [dead, this.taskId],
      );
      const sweeper = tasks.worker.app.get(Sweeper);
      // Private on purpose: nobody else sweeps on demand.
      await (sweeper as unknown as { round(): Promise<void> }).round();
    }

    private ended(runId: string, failureKind: string): EndedRun & { readonly dispatchId: string } {
      return {
        dispatchId: this.taskId,
        runId,
        retentionClass: -1,
        stopMs: Date.now(),
        durationUs: 1,
        result: 'null',
        info: null,
        failureKind,
        agentType: null,
        callCount: 0,
        traceBytes: 0,
        streamDataCount: 0,
        trace: null,
        segments: [],
      };
    }
  }

  it('are what a model of them says, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...MOVES), { minLength: 1, maxLength: 12 }),
        async (moves) => {
          const taskId = await tasks.startTask(tenant);
          const [model, real] = [new Model(), new Real(taskId)];
          for (const move of moves) {
            model.move(move);
            await real.move(move);
            const task = await tasks.task(tenant, taskId);
            expect([move, task.status, task.retryAttempt, task.infraRetryCount]).toEqual([
              move,
              model.status,
              model.attempt,
              model.infra,
            ]);
            expect(task.stopTimeMs !== null).toBe(isEnded(model.status));
            expect(task.result !== null).toBe(isEnded(model.status));
          }
          const left = await tasks.db.query('SELECT 1 FROM hot.dispatch WHERE dispatch_id = $1', [taskId]);
          expect(left.length).toBe(isEnded(model.status) ? 0 : 1);
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);
});
