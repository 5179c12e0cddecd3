/** Schedules that builds declare: taken up in the transaction that lets the build serve, or the build is refused. */
import {
  CompileError,
  DeploymentListeners,
  DeploymentRepository,
  splitQualifiedName,
  type Activation,
  type BuildDefinitions,
  type FunctionDefinition,
} from '@app/builds';
import { newId } from '@app/kernel';
import { Db } from '@app/platform/database';
import {
  checkLimits,
  ExpressionError,
  nextOccurrence,
  parseCron,
  readExpression,
  ScheduleRepository,
  schedulesConfig,
  Zone,
  type DeclaredSchedule,
  type SchedulesConfig,
} from '@app/schedules';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';

type Scheduled = Readonly<Record<string, readonly FunctionDefinition[]>>;

@Injectable()
export class DeclaredSchedules implements OnModuleInit, OnApplicationBootstrap {
  private readonly log = new Logger(DeclaredSchedules.name);

  constructor(
    private readonly db: Db,
    private readonly deployments: DeploymentRepository,
    private readonly listeners: DeploymentListeners,
    private readonly schedules: ScheduleRepository,
    @Inject(schedulesConfig.token) private readonly config: SchedulesConfig,
  ) {}

  onModuleInit(): void {
    this.listeners.onActivation((activation) => this.takeUp(activation));
  }

  /** Builds that began to serve under a version of the platform without schedules. */
  async onApplicationBootstrap(): Promise<void> {
    try {
      for (const build of await this.schedules.undeclaredAcrossTenants()) {
        await this.db.tx(async () => {
          const project = await this.deployments.lockProject({ envId: build.env_id }, build.project_id);
          if (project?.serving_build_id !== build.build_id) return;
          await this.takeUp({
            orgId: build.org_id,
            envId: build.env_id,
            projectId: build.project_id,
            buildId: build.build_id,
            definitions: build.definitions as BuildDefinitions, // written by ourselves
          });
        });
      }
    } catch (error) {
      this.log.warn({
        event: 'schedules.not_taken_up',
        error: error instanceof Error ? error.message : error,
      });
    }
  }

  /** In the surrounding transaction. @throws CompileError */
  async takeUp({ orgId, envId, projectId, buildId, definitions }: Activation): Promise<void> {
    const nowMs = await this.schedules.nowMs();
    const scheduled = (definitions['scheduled_functions'] ?? {}) as Scheduled; // as the compiler made it
    const rows = new Map<string, DeclaredSchedule>();
    for (const [expression, functions] of Object.entries(scheduled)) {
      for (const one of functions) {
        const row = this.rowOf(expression, one, nowMs);
        rows.set(JSON.stringify([row.ns, row.var, row.cron, row.timezone]), row);
      }
    }
    await this.schedules.declare(envId, projectId, buildId, [...rows.values()]);
    const { maxActivePerOrg } = this.config;
    if (maxActivePerOrg >= 0 && rows.size > 0) {
      const active = await this.schedules.activeOfOrg(orgId);
      if (active > maxActivePerOrg) {
        throw new CompileError(
          `With this build there would be ${active} active schedules; the most that are allowed are ${maxActivePerOrg}`,
        );
      }
    }
  }

  private rowOf(expression: string, one: FunctionDefinition, nowMs: number): DeclaredSchedule {
    const { meta } = one;
    const timezone = typeof meta['timezone'] === 'string' ? meta['timezone'] : null;
    try {
      const read = readExpression(expression, timezone, nowMs);
      if (read.timing.kind === 'at')
        throw new ExpressionError(expression, 'one-time expressions are only for hot:schedule:new');
      checkLimits(expression, read, this.config, nowMs);
      const zone = Zone.named(read.timezone);
      const next = zone === null ? null : nextOccurrence(parseCron(read.timing.cron), zone, nowMs);
      if (next === null) throw new ExpressionError(expression, 'it never happens');
      return {
        id: newId(),
        ...splitQualifiedName(one.fn),
        cron: read.timing.cron,
        expression,
        timezone: read.timezone,
        meta,
        file: one.file ?? null,
        line: one.line ?? null,
        col: one.column ?? null,
        position: one.position ?? null,
        next_ms: next,
      };
    } catch (error) {
      if (error instanceof ExpressionError) throw new CompileError(`${one.fn}: ${error.message}`);
      throw error;
    }
  }
}
