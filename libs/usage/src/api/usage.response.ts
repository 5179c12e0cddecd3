import { hasWarning, percentOf, type OrgUsage } from '@app/usage';
import { z } from 'zod';

const limit = z.int().meta({ description: '-1: no limit' });

export const usageResponse = z
  .object({
    org_id: z.uuid(),
    usage: z.object({
      runs_this_period: z.int(),
      file_storage_bytes: z.int(),
      team_members: z.int(),
      call_storage_bytes: z.int(),
      call_count: z.int(),
      store_storage_bytes: z.int(),
      blob_storage_bytes: z.int(),
      build_storage_bytes: z.int(),
      active_schedules: z.int(),
    }),
    limits: z.object({
      runs_per_month: limit,
      storage_bytes: limit,
      team_members: limit,
      call_retention_days: limit,
      call_storage_bytes: limit,
      store_storage_bytes: limit,
      compute_units_per_month: limit,
      compute_units_used: z.int(),
      compute_units_budget: limit,
      task_minutes_per_month: limit,
      active_schedules_per_org: limit,
    }),
    usage_percent: z.object({
      runs: z.number(),
      file_storage: z.number(),
      team_members: z.number(),
      call_storage: z.number(),
      store_storage: z.number(),
      active_schedules: z.number(),
      has_warning: z.boolean(),
    }),
    plan: z.object({ name: z.string(), period_start: z.iso.datetime(), period_end: z.iso.datetime() }),
  })
  .meta({ id: 'OrgUsage' });

export function toUsageResponse({ orgId, used, plan, period }: OrgUsage): z.infer<typeof usageResponse> {
  const { limits } = plan;
  const percent = {
    runs: percentOf(used.runs, limits.runs_per_month),
    file_storage: percentOf(used.file_bytes, limits.storage_bytes),
    team_members: percentOf(used.team_members, limits.team_members),
    call_storage: percentOf(used.call_bytes, limits.call_storage_bytes),
    store_storage: percentOf(used.store_bytes, limits.store_storage_bytes),
    active_schedules: percentOf(used.active_schedules, limits.active_schedules_per_org),
  };
  return {
    org_id: orgId,
    usage: {
      runs_this_period: used.runs,
      file_storage_bytes: used.file_bytes,
      team_members: used.team_members,
      call_storage_bytes: used.call_bytes,
      call_count: used.calls,
      store_storage_bytes: used.store_bytes,
      blob_storage_bytes: used.blob_bytes,
      build_storage_bytes: used.build_bytes,
      active_schedules: used.active_schedules,
    },
    limits: {
      runs_per_month: limits.runs_per_month,
      storage_bytes: limits.storage_bytes,
      team_members: limits.team_members,
      call_retention_days: limits.call_retention_days,
      call_storage_bytes: limits.call_storage_bytes,
      store_storage_bytes: limits.store_storage_bytes,
      compute_units_per_month: limits.compute_units_per_month,
      compute_units_used: used.compute_units,
      compute_units_budget: limits.compute_units_budget,
      task_minutes_per_month: limits.task_minutes_per_month,
      active_schedules_per_org: limits.active_schedules_per_org,
    },
    usage_percent: { ...percent, has_warning: hasWarning(Object.values(percent)) },
    plan: {
      name: plan.name,
      period_start: period.start.toISOString(),
      period_end: period.end.toISOString(),
    },
  };
}
