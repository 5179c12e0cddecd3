/** What an organization's plan leaves of tasks. Without a plan everything, and nothing is read for it. */
import type { OrgScope } from '@app/kernel';
import { PeriodUse, PlanService, UNLIMITED, type Plan } from '@app/plans';
import { Injectable } from '@nestjs/common';
import { SYSTEM_CAPS, type ContainerCaps } from './containers/shape';
import { TaskRefusedError } from './task.errors';
import { TaskRepository } from './task.repository';

const MINUTE_MS = 60_000;

@Injectable()
export class TaskQuotas {
  constructor(
    private readonly plans: PlanService,
    private readonly use: PeriodUse,
    private readonly tasks: TaskRepository,
  ) {}

  /** @param hasNetwork whether the installation has one for containers */
  async caps(scope: OrgScope, hasNetwork: boolean): Promise<ContainerCaps> {
    const { limits } = await this.plans.of(scope);
    const cap = (limit: number, most: number): number => (limit === UNLIMITED ? most : Math.min(limit, most));
    return {
      memoryMb: cap(limits.box_memory_mb, SYSTEM_CAPS.memoryMb),
      cpuPct: cap(
        limits.box_cpu_quota === UNLIMITED ? UNLIMITED : limits.box_cpu_quota / 1_000,
        SYSTEM_CAPS.cpuPct,
      ),
      tmpMb: cap(limits.box_tmp_size_mb, SYSTEM_CAPS.tmpMb),
      diskMb: cap(limits.box_disk_size_mb, SYSTEM_CAPS.diskMb),
      timeoutSecs: cap(limits.box_timeout_secs, SYSTEM_CAPS.timeoutSecs),
      network: hasNetwork && limits.box_network !== 0,
    };
  }

  /** The time limit of a task that is no container. Throws TaskRefusedError when there are no minutes left. */
  async codeTimeout(scope: OrgScope, askedMs: number): Promise<number> {
    const plan = await this.plans.of(scope);
    if (isSpent(plan, 'task_minutes_per_month') || (await this.isOver(scope, plan, 'minutes')))
      throw new TaskRefusedError('quota', 'plan_required: the task minutes of this period are used up');
    const { task_timeout_secs: most } = plan.limits;
    return most === UNLIMITED ? askedMs : Math.min(askedMs, most * 1_000);
  }

  /** Why no container may begin now; null when it may. */
  async containerProblem(scope: OrgScope): Promise<string | null> {
    const plan = await this.plans.of(scope);
    return isSpent(plan, 'compute_units_per_month') || (await this.isOver(scope, plan, 'units'))
      ? 'plan_required: the compute units of this period are used up'
      : null;
  }

  /** Containers that may wait and go on at the same time. */
  async concurrent(scope: OrgScope): Promise<number> {
    return (await this.plans.of(scope)).limits.box_concurrent_tasks;
  }

  /** JSON text: what programs are told; -1 where there is no limit. */
  async left(scope: OrgScope): Promise<string> {
    const plan = await this.plans.of(scope);
    const { limits } = plan;
    const used = await this.use.of(scope, plan);
    const minutes = Math.ceil(used.taskMs / MINUTE_MS);
    const rest = (limit: number, spent: number): number =>
      limit === UNLIMITED ? -1 : Math.max(0, limit - spent);
    const going = limits.box_concurrent_tasks === UNLIMITED ? 0 : await this.tasks.containersOf(scope.orgId);
    const units = unitsLimit(plan);
    return JSON.stringify({
      'tasks-remaining': -1,
      'minutes-remaining': rest(limits.task_minutes_per_month, minutes),
      'compute-units-remaining': rest(units, used.computeUnits),
      'compute-units-used': used.computeUnits,
      'concurrent-remaining': rest(limits.box_concurrent_tasks, going),
      overage: units !== UNLIMITED && used.computeUnits > units,
    });
  }

  private async isOver(scope: OrgScope, plan: Plan, what: 'minutes' | 'units'): Promise<boolean> {
    const limit = what === 'minutes' ? hard(plan, plan.limits.task_minutes_per_month) : blockingUnits(plan);
    if (limit === UNLIMITED) return false;
    const { taskMs, computeUnits } = await this.use.of(scope, plan);
    return what === 'minutes' ? taskMs >= limit * MINUTE_MS : computeUnits >= limit;
  }
}

/** Not included at all. */
function isSpent({ limits }: Plan, name: 'task_minutes_per_month' | 'compute_units_per_month'): boolean {
  return limits[name] === 0;
}

/** What is included is a limit on plans that allow no overage. */
function hard({ isHardCapped }: Plan, limit: number): number {
  return isHardCapped ? limit : UNLIMITED;
}

/** An organization's own budget ends every plan. */
function blockingUnits(plan: Plan): number {
  const included = hard(plan, plan.limits.compute_units_per_month);
  const { compute_units_budget: budget } = plan.limits;
  if (budget === UNLIMITED) return included;
  return included === UNLIMITED ? budget : Math.min(budget, included);
}

function unitsLimit(plan: Plan): number {
  const { compute_units_per_month: included, compute_units_budget: budget } = plan.limits;
  return budget === UNLIMITED ? included : budget;
}
