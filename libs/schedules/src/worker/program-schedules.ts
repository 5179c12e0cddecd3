/**
 * Schedules as programs ask for them: by a call, `::hot::schedule/create`, or by an event that they send, `hot:schedule:new`.
 * A schedule that an event asks for has the event's id, so that whoever sent it knows the id at once, and an event that is
 * delivered again makes nothing new.
 */
import type { ClaimedRow } from '@app/dispatch';
import { cut, scanJson } from '@app/events';
import { newId } from '@app/kernel';
import {
  EventSeals,
  RunSchedules,
  type ScheduleCall,
  type ScheduleEvent,
  type ScheduleUser,
} from '@app/runs';
import { MadeSchedules, ScheduleRefusedError, ScheduleRepository, type ScheduleChoice } from '@app/schedules';
import { Injectable } from '@nestjs/common';
import { plainOf, readTarget, scheduleChoice, textOf, whenOf } from './schedule-wishes';

type Outcome = { readonly problem: string } | { readonly result: string } | 'later';

const NO_SECRETS =
  'Only the args of a schedule may hold secrets: its function, its times and its id are shown to everybody';

@Injectable()
export class ProgramSchedules extends RunSchedules {
  constructor(
    private readonly made: MadeSchedules,
    private readonly schedules: ScheduleRepository,
    private readonly seals: EventSeals,
  ) {
    super();
  }

  override call(run: ScheduleUser, name: ScheduleCall, argsJson: string): Promise<string> {
    return name === 'schedule.create' ? this.create(run, argsJson) : this.cancel(run, argsJson);
  }

  override async onEvent(type: ScheduleEvent, row: ClaimedRow): Promise<Outcome> {
    try {
      return await (type === 'hot:schedule:new' ? this.onNew(row) : this.onCancel(row));
    } catch (error) {
      if (error instanceof ScheduleRefusedError) return { problem: error.message };
      throw error;
    }
  }

  private async create(run: ScheduleUser, argsJson: string): Promise<string> {
    const scan = scanJson(argsJson);
    const argsSpan = scan.ok ? scan.members.get('args') : undefined;
    const wish = JSON.parse(argsJson) as {
      readonly args?: unknown;
      readonly ns: string;
      readonly name: string;
      readonly expression: { readonly at?: string; readonly cron?: string; readonly text?: string };
    }; // built by the library
    const args = argsSpan === undefined ? '[]' : cut(argsJson, argsSpan);
    const { args: _, ...shown } = wish;
    if (run.secrets.hideIn(JSON.stringify(shown)) !== null)
      throw new ScheduleRefusedError('invalid', NO_SECRETS);
    const { at, cron, text } = wish.expression;
    const scheduleId = newId();
    const stored = this.seals.sealText(run, scheduleId, args, run.secrets);
    await this.made.make({
      scheduleId,
      orgId: run.orgId,
      envId: run.envId,
      projectId: run.projectId,
      ns: wish.ns,
      var: wish.name,
      args: stored.text,
      sealed: stored.sealed,
      // A delay has been reckoned already; words are read again, for the time zone that they may end with.
      expression: at ?? text ?? cron ?? '',
      timezone: null,
      sentAtMs: null,
      clientKey: null,
      userId: run.byUserId,
      runId: run.runId,
    });
    return JSON.stringify({ scheduleId });
  }

  private async cancel(run: ScheduleUser, argsJson: string): Promise<string> {
    const wish = JSON.parse(argsJson) as {
      readonly scheduleId?: string;
      readonly ns?: string;
      readonly name?: string;
    }; // built by the library
    const which: ScheduleChoice =
      wish.scheduleId === undefined
        ? { ns: wish.ns ?? '', var: wish.name ?? '' }
        : scheduleChoice(wish.scheduleId);
    return JSON.stringify({ cancelled: await this.made.cancel(run.envId, run.projectId, which) });
  }

  private async onNew(row: ClaimedRow): Promise<Outcome> {
    const data = scanJson(row.event_data);
    if (!data.ok || data.kind !== 'object') return { problem: 'The data of hot:schedule:new must be a map' };
    const span = data.members.get('args');
    const args =
      span === undefined || cut(row.event_data, span) === 'null' ? '[]' : cut(row.event_data, span);
    if (!args.startsWith('[')) return { problem: 'args must be a list' };
    const wish = plainOf(JSON.parse(row.event_data)) as Readonly<Record<string, unknown>>; // an object, as scanned
    const target = readTarget(wish['fn']);
    if (typeof target === 'string') return { problem: target };
    const expression = whenOf(wish['schedule']);
    if (expression === null) return { problem: 'schedule must say when, as a Str' };
    const projectId = await this.projectOf(row, `${target.ns}/${target.var}`);
    if (projectId === null) return { problem: 'It is not known for which project the schedule is' };
    const secrets = this.seals.knownOf(row);
    const { args: _, ...shown } = wish;
    if (secrets.hideIn(JSON.stringify(shown)) !== null) return { problem: NO_SECRETS };
    const scope = { orgId: row.org_id, envId: row.env_id };
    const stored = this.seals.sealText(scope, row.event_id, args, secrets);
    await this.made.make({
      scheduleId: row.event_id,
      orgId: row.org_id,
      envId: row.env_id,
      projectId,
      ...target,
      args: stored.text,
      sealed: stored.sealed,
      expression,
      timezone: textOf(wish['timezone']),
      sentAtMs: row.event_ms,
      clientKey: textOf(wish['id']),
      userId: row.by_user_id,
      runId: row.origin_run_id,
    });
    return { result: JSON.stringify(row.event_id) };
  }

  private async onCancel(row: ClaimedRow): Promise<Outcome> {
    const wish = plainOf(JSON.parse(row.event_data));
    const map = (typeof wish === 'object' && wish !== null ? wish : {}) as Readonly<Record<string, unknown>>;
    const id = map['schedule-id'];
    let which: ScheduleChoice;
    if (id !== undefined) {
      const text = textOf(id);
      if (text === null) return { problem: 'Invalid schedule-id: not the id of a schedule' };
      which = scheduleChoice(text);
    } else if (map['fn'] !== undefined) {
      const target = readTarget(map['fn']);
      if (typeof target === 'string') return { problem: target };
      which = target;
    } else {
      return { problem: "cancel expects data with either 'schedule-id' or 'fn' key" };
    }
    const projectId = await this.projectOf(row, 'ns' in which ? `${which.ns}/${which.var}` : null);
    if (projectId === null) return { problem: 'It is not known of which project the schedule is' };
    // Events have no order, but what a program asked for first is to happen first.
    if (row.origin_run_id !== null && (await this.schedules.isEarlierWanted(row.origin_run_id, row.event_id)))
      return 'later';
    return { result: String(await this.made.cancel(row.env_id, projectId, which, row.event_id)) };
  }

  /** Of the run that sent the event; of events that no run sent, the project that has the function. */
  private async projectOf(row: ClaimedRow, functionName: string | null): Promise<string | null> {
    const sender =
      row.origin_run_id === null ? null : await this.schedules.projectOfRun(row.env_id, row.origin_run_id);
    if (sender !== null || functionName === null) return sender;
    return this.schedules.projectOfFunction(row.env_id, functionName);
  }
}
