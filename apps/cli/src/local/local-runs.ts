/** The runs of one command: the main one, and the tasks that are started on the way. */
import { newId } from '@app/kernel';
import { DEFAULT_LIMITS, requestOf, type LoadedProgram, type RunOutcome, type RunRequest } from '@app/lang';
import { effectText, type Effect } from './calls/effects';
import { LocalTasks, type TaskRun } from './calls/tasks';
import { LocalHost, type Writer } from './local-host';
import { LocalServices, type LocalSettings } from './local-services';
import { LocalIdentity, type LocalRunType, type RunFacts } from './run-info';

export interface LocalRunsOptions {
  readonly type: LocalRunType;
  readonly settings: LocalSettings;
  readonly identity: LocalIdentity;
  readonly write: Writer;
  readonly tell: (effect: Effect) => void;
  readonly onTest?: (record: string) => void;
  /** How a function of the program is run beside the main run. */
  readonly runTask: LoadedProgram['run'];
  /** Of the program as it is now. */
  readonly buildHash: () => string;
}

/** Of tasks and main runs, in a command that says what happens: one line each on stderr. */
export const saying =
  (note: (line: string) => void) =>
  (effect: Effect): void =>
    note(effectText(effect));

export class LocalRuns {
  readonly host: LocalHost;
  private readonly services: LocalServices;
  private readonly tasks: LocalTasks;

  constructor(private readonly options: LocalRunsOptions) {
    const { settings, identity, tell } = options;
    this.services = new LocalServices(settings, tell);
    this.tasks = new LocalTasks(
      (run) => this.runTask(run),
      ({ id, order }) => {
        if (settings.keeps)
          options.write('err', `task ${id} (${order.fn}) ends with the run that started it\n`);
      },
    );
    const over = new AbortController();
    this.host = this.hostOf(over, identity.runId, null);
  }

  /** The request of a main run: of a function, or of the script. */
  request(fn: string, args: readonly unknown[] = []): RunRequest {
    const { type, identity } = this.options;
    return this.requestOf(fn, JSON.stringify(args), { type, runId: identity.runId });
  }

  async close(): Promise<void> {
    await this.host.close();
    await this.tasks.close();
    this.services.close();
  }

  private async runTask({ task, control, over }: TaskRun): Promise<RunOutcome> {
    const { order, attempt, id } = task;
    const runId = newId();
    const host = this.hostOf(over, runId, task);
    const facts = { type: 'task', runId, originRunId: order.originRunId, taskId: id, attempt } as const;
    try {
      return await this.options.runTask(this.requestOf(order.fn, `[${order.arg}]`, facts), host, control);
    } finally {
      await host.close();
    }
  }

  private hostOf(over: AbortController, runId: string, task: TaskRun['task'] | null): LocalHost {
    const { write, onTest = () => undefined } = this.options;
    const { calls, effects } = this.services;
    return new LocalHost(
      {
        write,
        calls: { ...calls, ...this.tasks.callsOf(runId, task, over.signal) },
        posted: (kind, payload) => effects.posted(kind, payload),
        onTest,
      },
      over,
    );
  }

  private requestOf(fn: string, argsJson: string, facts: RunFacts): RunRequest {
    const infoJson = this.options.identity.infoJson(facts, this.options.buildHash());
    const limits = { ...DEFAULT_LIMITS, maxDepth: this.options.identity.maxDepth };
    return { ...requestOf({ fn, argsJson, infoJson, limits }), runId: facts.runId };
  }
}

/** Of all host calls that are answered here, for the documentation. */
export function localCallNames(): readonly string[] {
  const settings: LocalSettings = {
    folder: '.',
    keeps: false,
    fileMode: 'service',
    maxFileBytes: 0,
    resources: [],
  };
  const runs = new LocalRuns({
    type: 'eval',
    settings,
    identity: new LocalIdentity('', {}),
    write: () => undefined,
    tell: () => undefined,
    runTask: () => Promise.reject(new Error('Nothing runs')),
    buildHash: () => '',
  });
  return runs.host.names;
}
