/** The calls of the library on tasks and containers: texts are cut out of what came and spliced into what goes. */
import { LargeValues } from '@app/blobs';
import {
  encodeStreamNotice,
  RUN_TYPES,
  streamChannel,
  StreamTotals,
  TASKS_CHANNEL,
  TaskTicketSender,
} from '@app/dispatch';
import { cut, scanJson } from '@app/events';
import { newId, NotFoundError, UnavailableError } from '@app/kernel';
import { UNLIMITED } from '@app/plans';
import { LiveBus } from '@app/platform/live';
import { EventSeals, RunTasks, type SealedText, type TaskCall, type TaskUser } from '@app/runs';
import { isEnded, TaskCommands, TaskReads, type TaskView } from '@app/tasks';
import { Injectable } from '@nestjs/common';
import { ContainerTasks } from './containers/container-tasks';
import { TaskArgs } from './task-args';
import { TaskRefusedError, TaskRunOverError } from './task.errors';
import { TaskQuotas } from './task-quotas';
import { TaskRepository, type NewTask } from './task.repository';
import { TaskSlots } from './task-slots';
import { TaskWaits } from './task-waits';

const MAX_MESSAGE_BYTES = 1024 * 1024;
const MAX_CHECKPOINT_BYTES = 16 * 1024 * 1024;
const MIN_TIMEOUT_MS = 1_000;
const MAX_TIMEOUT_MS = 7 * 24 * 3_600_000;
/** For a task that learns by a message that it is cancelled. */
const GRACE_MS = 3_000;
const CANCEL = '{"value":{"$cancel":true}}';
const NOTHING = '{"value":null}';
const NEVER = Number.MAX_SAFE_INTEGER;

type Answer = (run: TaskUser, args: TaskArgs, signal: AbortSignal) => Promise<string>;

interface TaskOrder extends Pick<NewTask, 'functionName' | 'timeoutMs' | 'container'> {
  readonly retry: unknown;
}

@Injectable()
export class ProgramTasks extends RunTasks {
  /** Tasks that go on here and have asked for messages: they learn by one that they are cancelled. */
  private readonly reading = new Set<string>();
  /** Runs that have been told. */
  private readonly told = new WeakSet<AbortSignal>();

  constructor(
    private readonly repository: TaskRepository,
    private readonly reads: TaskReads,
    private readonly commands: TaskCommands,
    private readonly waits: TaskWaits,
    private readonly tickets: TaskTicketSender,
    private readonly totals: StreamTotals,
    private readonly seals: EventSeals,
    private readonly bus: LiveBus,
    private readonly quotas: TaskQuotas,
    private readonly values: LargeValues,
    readonly places: TaskSlots,
    readonly containers: ContainerTasks,
  ) {
    super();
  }

  override async call(run: TaskUser, name: TaskCall, argsJson: string, signal: AbortSignal): Promise<string> {
    try {
      return await this.answers[name](run, new TaskArgs(argsJson), signal);
    } catch (error) {
      // "Unavailable" would say that there are no tasks at all.
      if (error instanceof UnavailableError) throw Object.assign(new Error(error.message), { code: 'io' });
      if (error instanceof NotFoundError) throw new TaskRefusedError('not_found', 'task not found');
      throw error;
    }
  }

  override async sleep(run: TaskUser, ms: number, signal: AbortSignal): Promise<void> {
    const order = { what: 'time', taskId: run.dispatchId, untilMs: Date.now() + ms, signal } as const;
    await this.waits.until({ ...order, parks: run.runId }, () => Promise.resolve(null));
  }

  override cancelled(taskId: string): number {
    if (!this.reading.has(taskId)) return 0;
    this.waits.poke(taskId);
    return GRACE_MS;
  }

  private readonly answers: Readonly<Record<TaskCall, Answer>> = {
    'task.start': (run, args) => this.start(run, args),
    'task.get': async (run, args) => shown(await this.reads.whole(run, args.taskId())),
    'task.wait': async (run, args, signal) => {
      const taskId = args.taskId();
      const untilMs = Date.now() + args.count('maxMs');
      await this.waits.listen();
      const ended = await this.waits.until(
        { what: 'end', taskId, untilMs, signal, parks: parkable(run) },
        async () => {
          const task = await this.reads.whole(run, taskId);
          return isEnded(task.status) ? task : null;
        },
      );
      return ended === null ? 'null' : shown(ended);
    },
    'task.cancel': async (run, args) => String(await this.commands.cancel(run, args.taskId())),
    'task.send': async (run, args) => {
      const taskId = args.taskId();
      const payload = args.raw('data') ?? 'null';
      if (Buffer.byteLength(payload) > MAX_MESSAGE_BYTES)
        throw new TaskRefusedError('quota', `a message has at most ${MAX_MESSAGE_BYTES} bytes`);
      const message = this.seals.sealText(run, taskId, payload, run.secrets);
      const { ours, sent, known, full } = await this.repository.send(run, run.envId, taskId, message);
      if (!ours) throw new TaskRunOverError();
      if (!known) throw new TaskRefusedError('not_found', 'task not found');
      // To a task that has ended nothing is sent, as nobody would read it.
      if (sent) this.bus.publish(TASKS_CHANNEL, taskId);
      else if (full) throw new TaskRefusedError('quota', 'inbox full');
      return 'null';
    },
    'task.receive': (run, _args, signal) => this.receive(run, signal),
    'task.checkpoint': async (run, args) => {
      const taskId = own(run);
      const value = args.raw('data') ?? 'null';
      if (Buffer.byteLength(value) > MAX_CHECKPOINT_BYTES)
        throw new TaskRefusedError('quota', `a checkpoint has at most ${MAX_CHECKPOINT_BYTES} bytes`);
      const checkpoint = this.seals.sealText(run, taskId, value, run.secrets);
      if (!(await this.repository.checkpoint(run, checkpoint))) throw new TaskRunOverError();
      return 'null';
    },
    'task.restore': async (run, args) => {
      const taskId = args.raw('taskId') === null ? own(run) : args.taskId();
      const checkpoint = await this.repository.restore(run.envId, taskId);
      if (checkpoint === undefined) throw new TaskRefusedError('not_found', 'task not found');
      return this.opened(run, checkpoint);
    },
    'box.policy': () => Promise.resolve(this.containers.policy()),
    'box.quota': (run) => this.quotas.left(run),
    'box.limits': (run) => this.containers.limits(run),
  };

  private async start(run: TaskUser, args: TaskArgs): Promise<string> {
    const order = await this.order(run, args);
    const { functionName, timeoutMs, retry, container } = order;
    const taskId = newId();
    const data =
      `{"fn":${JSON.stringify(functionName)},"args":${args.raw('args') ?? 'null'},` +
      `"options":${JSON.stringify({ timeout: timeoutMs, retry })}}`;
    const { eventData, sealed } = this.seals.seal(run, taskId, data, run.secrets);
    const stored = await this.values.spill(run, eventData);
    const task: NewTask = {
      guard: { incarnation: run.incarnation, dispatchId: run.dispatchId },
      taskId,
      orgId: run.orgId,
      envId: run.envId,
      retentionClass: run.retentionClass,
      streamId: run.streamId,
      projectId: run.target.projectId,
      buildId: run.target.buildId,
      functionName,
      container,
      eventData: stored?.text ?? eventData,
      refs: stored?.refs ?? [],
      sealed,
      startData: JSON.stringify({ timeoutMs, retry, ...(container === null ? {} : { isContainer: true }) }),
      timeoutMs,
      retry: retry === null ? null : JSON.stringify(retry),
      originRunId: run.runId,
      byUserId: run.byUserId,
      accessId: run.accessId,
    };
    const atOnce = container === null ? UNLIMITED : await this.quotas.concurrent(run);
    const started =
      atOnce === UNLIMITED
        ? await this.repository.start(task)
        : await this.repository.startWithin(task, atOnce);
    if (started === 'full')
      throw new TaskRefusedError('quota', `plan_required: at most ${atOnce} containers at the same time`);
    if (!started) throw new TaskRunOverError();
    this.totals.add(run.streamId, { events: 1 });
    this.tickets.send([{ dispatchId: taskId, hint: null, isRetry: false }]);
    const { projectId } = run.target;
    this.bus.publish(
      streamChannel(run.envId, run.streamId),
      encodeStreamNotice({ k: 'task', taskId, runId: null, projectId }),
    );
    return JSON.stringify({ taskId });
  }

  private async order(run: TaskUser, args: TaskArgs): Promise<TaskOrder> {
    const options = (args.value('options') ?? {}) as Readonly<Record<string, unknown>>;
    if (options['type'] === 'container') {
      const { image, timeoutMs, size, shown } = await this.containers.order(run, args.value('args'));
      return { functionName: image, timeoutMs, retry: null, container: { size, shown } };
    }
    if (options['type'] !== undefined && options['type'] !== 'code')
      throw new TaskRefusedError('invalid', `unknown task type '${String(options['type'])}'`);
    const functionName = args.text('function');
    const asked = Number(options['timeoutMs'] ?? 1_800_000);
    const wanted = Math.min(Math.max(Number.isFinite(asked) ? asked : 0, MIN_TIMEOUT_MS), MAX_TIMEOUT_MS);
    const timeoutMs = await this.quotas.codeTimeout(run, wanted);
    return { functionName, timeoutMs, retry: options['retry'] ?? null, container: null };
  }

  private async receive(run: TaskUser, signal: AbortSignal): Promise<string> {
    const taskId = own(run);
    await this.waits.listen();
    if (!this.reading.has(taskId)) {
      this.reading.add(taskId);
      signal.addEventListener('abort', () => this.reading.delete(taskId), { once: true });
    }
    const found = await this.waits.until(
      { what: 'message', taskId, untilMs: NEVER, signal, parks: run.runId },
      async () => {
        const next = await this.repository.receive(run);
        if (next === null) throw new TaskRunOverError();
        if (!next.cancelled) return next.message === null ? null : this.opened(run, next.message);
        if (this.told.has(signal)) return NOTHING;
        this.told.add(signal);
        return CANCEL;
      },
    );
    return found ?? NOTHING;
  }

  /** With the secrets in it: whoever gets it is to hide them, too. */
  private opened(run: TaskUser, kept: SealedText | null): string {
    if (kept === null) return NOTHING;
    const { text, secrets } = this.seals.openText(run, kept);
    return secrets.length === 0 ? `{"value":${text}}` : `{"value":${text},"secrets":[${secrets.join(',')}]}`;
  }
}

/** The task that the run is. */
function own(run: TaskUser): string {
  if (run.runType !== RUN_TYPES.task) throw new TaskRefusedError('unavailable', 'not running inside a task');
  return run.dispatchId;
}

/** Other runs have limits of their own. */
const parkable = (run: TaskUser): string | null => (run.runType === RUN_TYPES.task ? run.runId : null);

/** As `::hot::task/await` and the local runs have it. */
function shown(task: TaskView): string {
  const { status, taskType: type, timeoutMs, durationMs } = task;
  const facts = { status, type, timeoutMs, ...(durationMs === null ? {} : { durationMs }) };
  const result = type === 'container' ? containerFields(task.result) : task.result;
  return `${JSON.stringify(facts).slice(0, -1)},"result":${result ?? 'null'}}`;
}

/** Also one that failed has output and an exit code: they stand in its failure. */
function containerFields(result: string | null): string | null {
  if (result?.startsWith('{"$type":') !== true) return result;
  return memberOf(memberOf(result, '$val'), 'err');
}

/** As it is written. */
function memberOf(json: string | null, name: string): string | null {
  const scan = json === null ? null : scanJson(json);
  const span = scan?.ok === true ? scan.members.get(name) : undefined;
  return json === null || span === undefined ? null : cut(json, span);
}
