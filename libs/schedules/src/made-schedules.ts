/** Schedules that running programs make and end. They belong to the project of the run, not to its build. */
import { Inject, Injectable } from '@nestjs/common';
import { parseCron } from './cron';
import { ExpressionError, readExpression, timingText } from './expression';
import { nextOccurrence } from './occurrences';
import { checkLimits } from './schedule-limits';
import { ScheduleRepository, type ScheduleChoice } from './schedule.repository';
import { schedulesConfig, type SchedulesConfig } from './schedules.config';
import { Zone } from './zone';

export interface NewSchedule {
  readonly scheduleId: string;
  readonly orgId: string;
  readonly envId: string;
  readonly projectId: string;
  readonly ns: string;
  readonly var: string;
  /** JSON text of a list. */
  readonly args: string;
  /** Secrets of the args: see `EventSeals`. */
  readonly sealed: string | null;
  readonly expression: string;
  readonly timezone: string | null;
  /** What delays count from; null: now. */
  readonly sentAtMs: number | null;
  readonly clientKey: string | null;
  readonly userId: string | null;
  readonly runId: string | null;
}

/** A schedule that may not be made; the message is for the program. */
export class ScheduleRefusedError extends Error {
  constructor(
    readonly code: 'invalid' | 'denied' | 'quota',
    message: string,
  ) {
    super(message);
    this.name = 'ScheduleRefusedError';
  }
}

const MAX_ARGS_BYTES = 1024 * 1024;
const MAX_CLIENT_KEY = 200;

@Injectable()
export class MadeSchedules {
  constructor(
    private readonly schedules: ScheduleRepository,
    @Inject(schedulesConfig.token) private readonly config: SchedulesConfig,
  ) {}

  /** Safe to repeat with the same id. @throws ScheduleRefusedError */
  async make(wanted: NewSchedule): Promise<void> {
    const { expression: text, timezone, args, clientKey } = wanted;
    if (Buffer.byteLength(args) > MAX_ARGS_BYTES)
      throw new ScheduleRefusedError('quota', 'The args of a schedule may have 1 MiB');
    if (clientKey !== null && (clientKey === '' || clientKey.length > MAX_CLIENT_KEY))
      throw new ScheduleRefusedError('invalid', `The id of a schedule has 1 to ${MAX_CLIENT_KEY} characters`);
    const nowMs = await this.schedules.nowMs();
    const read = this.read(text, timezone, wanted.sentAtMs ?? nowMs);
    await this.checkCount(wanted);
    await this.schedules.make({
      ...wanted,
      cron: timingText(read.timing),
      timezone: read.timezone,
      nextMs: read.timing.kind === 'at' ? read.timing.atMs : nextOf(read.timing.cron, read.timezone, nowMs),
    });
  }

  /** @param before only those whose ids are lower: what was asked for after the cancelling goes on */
  cancel(envId: string, projectId: string, which: ScheduleChoice, before?: string): Promise<number> {
    return this.schedules.cancel(envId, projectId, which, before);
  }

  private read(text: string, timezone: string | null, fromMs: number): ReturnType<typeof readExpression> {
    try {
      const read = readExpression(text, timezone, fromMs);
      checkLimits(text, read, this.config, fromMs);
      return read;
    } catch (error) {
      if (error instanceof ExpressionError) throw new ScheduleRefusedError('invalid', error.message);
      throw error;
    }
  }

  private async checkCount({ orgId, scheduleId }: NewSchedule): Promise<void> {
    const { maxActivePerOrg } = this.config;
    if (maxActivePerOrg < 0 || (await this.schedules.activeOfOrg(orgId, scheduleId)) < maxActivePerOrg)
      return;
    throw new ScheduleRefusedError(
      'denied',
      `There are ${maxActivePerOrg} active schedules, the most that are allowed`,
    );
  }
}

function nextOf(cron: string, timezone: string, nowMs: number): number {
  const zone = Zone.named(timezone);
  const next = zone === null ? null : nextOccurrence(parseCron(cron), zone, nowMs);
  if (next === null) throw new ScheduleRefusedError('invalid', 'The schedule never happens');
  return next;
}
