import { newId } from '@app/kernel';
import { WorkerHarness, type FakeFunction, type FakeProgram } from '@app/runs/testing';
import type { TaskCall } from '@app/runs';
import { eventually } from '@app/testing';
import { Global, Module } from '@nestjs/common';
import { TaskReads, type TaskView } from '@app/tasks';
import { TasksWorkerModule } from '../worker';

/** Running finds what it knows as a port wherever it is provided. */
@Global()
@Module({ imports: [TasksWorkerModule], exports: [TasksWorkerModule] })
class JoiningModule {}

/** What a worker of tests needs to run tasks. */
export const TASK_MODULES = [JoiningModule] as const;

export interface TestTenant {
  readonly orgId: string;
  readonly envId: string;
}

/** Calls a host function as a program does: the answer parsed, or `code: message` of a refusal. */
export async function callHost(
  { run, stopped }: Pick<FakeProgram, 'run' | 'stopped'>,
  name: TaskCall | 'time.sleep',
  args: object = {},
): Promise<unknown> {
  try {
    const answer = JSON.parse(await run.host.call(name, JSON.stringify(args), stopped)) as unknown;
    if (name !== 'task.receive' && name !== 'task.restore') return answer;
    // As the library does: what it hands on is secret from now on.
    const { value, secrets = [] } = answer as { readonly value: unknown; readonly secrets?: unknown[] };
    for (const secret of secrets) run.host.post('secret', JSON.stringify(secret));
    return value;
  } catch (error) {
    if (stopped.aborted) throw error;
    return error instanceof Error ? `${(error as Error & { code: string }).code}: ${error.message}` : error;
  }
}

/** A worker for tasks with a fake sandbox on the real database and Redis. */
export class TasksHarness {
  private constructor(readonly worker: WorkerHarness) {}

  static async create(
    urls: { readonly databaseUrl: string; readonly redisUrl: string },
    prefix: string,
    environment: Readonly<Record<string, string>> = {},
    shared?: TasksHarness,
  ): Promise<TasksHarness> {
    return new TasksHarness(
      await WorkerHarness.create({
        ...urls,
        prefix,
        environment: { HOT_TASK_SHUTDOWN_DRAIN: '100ms', ...environment },
        imports: TASK_MODULES,
        ...(shared === undefined ? {} : { serving: shared.worker.serving, sandbox: shared.worker.sandbox }),
      }),
    );
  }

  get db(): WorkerHarness['db'] {
    return this.worker.db;
  }

  async start(options: { readonly sweep?: boolean; readonly tasks?: boolean } = {}): Promise<void> {
    await this.worker.start(options);
    if (options.tasks !== false) this.startTasks();
  }

  startTasks(): void {
    this.worker.tasks.start();
  }

  stopTasks(): Promise<void> {
    return this.worker.tasks.stop();
  }

  async close(): Promise<void> {
    await this.stopTasks();
    await this.worker.close();
  }

  /** With an event type `go` that programs of the test run for, and a function `::t/job` for tasks. */
  async tenant(): Promise<TestTenant> {
    const tenant = this.worker.tenant();
    const { orgId, envId } = tenant;
    await this.db.execute(`INSERT INTO hot.org (org_id, name, slug) VALUES ($1, 'T', $2)`, [orgId, orgId]);
    await this.db.execute(`INSERT INTO hot.env (env_id, org_id, name) VALUES ($1, $2, 'development')`, [
      envId,
      orgId,
    ]);
    const projectId = newId();
    this.worker.serving.addHandler(envId, 'go', `::t/go-${envId}`, { projectId });
    this.worker.serving.addHandler(envId, '(task)', `::t/job-${envId}`, { projectId });
    return tenant;
  }

  job({ envId }: TestTenant, implementation: FakeFunction): void {
    this.worker.sandbox.define(`::t/job-${envId}`, implementation);
  }

  /** Runs a program for an event and gives what it returned. */
  async program<T>(tenant: TestTenant, does: (program: FakeProgram) => Promise<T>): Promise<T> {
    const done = Promise.withResolvers<T>();
    this.worker.sandbox.define(`::t/go-${tenant.envId}`, async (program) => {
      try {
        done.resolve(await does(program));
      } catch (error) {
        done.reject(error as Error);
      }
      return null;
    });
    await this.worker.publish(tenant, 'go', {});
    return done.promise;
  }

  call(tenant: TestTenant, name: TaskCall, args: object): Promise<unknown> {
    return this.program(tenant, (program) => callHost(program, name, args));
  }

  /** Answers the task's id. */
  async startTask(tenant: TestTenant, args: unknown = null, options: object = {}): Promise<string> {
    const [taskId] = await this.startMany(tenant, [args], options);
    if (taskId === undefined) throw new Error('not started');
    return taskId;
  }

  /** One for each argument, all by one run. */
  startMany(tenant: TestTenant, args: readonly unknown[], options: object = {}): Promise<readonly string[]> {
    const order = {
      function: `::t/job-${tenant.envId}`,
      options: { timeoutMs: 60_000, type: 'code', retry: null, ...options },
    };
    return this.program(tenant, (program) =>
      Promise.all(
        args.map(async (one) => {
          const answer = await callHost(program, 'task.start', { ...order, args: one });
          if (typeof answer !== 'object' || answer === null) throw new Error(String(answer));
          return (answer as { readonly taskId: string }).taskId;
        }),
      ),
    );
  }

  task({ envId, orgId }: TestTenant, taskId: string): Promise<TaskView> {
    return this.worker.app.get(TaskReads).get({ envId, orgId }, taskId);
  }

  /** The task as soon as it looks like that. */
  until(
    tenant: TestTenant,
    taskId: string,
    looks: (task: TaskView) => boolean,
    timeoutMs = 10_000,
  ): Promise<TaskView> {
    return eventually(
      async () => {
        const task = await this.task(tenant, taskId);
        return looks(task) && task;
      },
      { timeoutMs },
    ) as Promise<TaskView>;
  }
}
