/** What a plan limits. -1 is no limit, 0 is not included. Pure. */

/** What a plan's document means when it does not speak of a limit. */
const WHEN_ABSENT = {
  rate_limit_rps: 10,
  runs_per_month: 0,
  storage_bytes: 0,
  team_members: 1,
  call_retention_days: 0,
  call_storage_bytes: 0,
  store_storage_bytes: 0,
  active_schedules_per_org: 50,
  custom_domains: 0,
  file_upload_max_bytes: 104_857_600,
  min_schedule_interval_seconds: 300,
  compute_units_per_month: 0,
  compute_units_budget: -1,
  task_minutes_per_month: 0,
  task_timeout_secs: 300,
  schedule_min_delay_secs: 0,
  box_memory_mb: 512,
  /** Thousandths of a percent of one core. */
  box_cpu_quota: 50_000,
  box_tmp_size_mb: 500,
  box_disk_size_mb: 5_120,
  box_timeout_secs: 60,
  /** `false` in documents is 0, `true` no limit. */
  box_network: 0,
  box_concurrent_tasks: 1,
} as const;

export type LimitName = keyof typeof WHEN_ABSENT;
export type PlanLimits = Readonly<Record<LimitName, number>>;

export const UNLIMITED = -1;

const NAMES = Object.keys(WHEN_ABSENT) as readonly LimitName[];

/** Of an organization that hosts itself. */
export const SELF_HOSTED_LIMITS = Object.fromEntries(NAMES.map((name) => [name, UNLIMITED])) as PlanLimits; // every name is there

/**
 * The limits of documents as operators write them, later ones winning. What is no whole number is passed over: a slip in
 * a document must not switch anything off that an earlier one gives.
 */
export function limitsOf(...documents: readonly unknown[]): PlanLimits {
  const limits: Record<LimitName, number> = { ...WHEN_ABSENT };
  for (const document of documents) {
    if (typeof document !== 'object' || document === null) continue;
    for (const name of NAMES) {
      const value: unknown = Reflect.get(document, name);
      if (typeof value === 'boolean') limits[name] = value ? UNLIMITED : 0;
      else if (Number.isSafeInteger(value) && (value as number) >= UNLIMITED) limits[name] = value as number;
    }
  }
  return limits;
}

/** Whether what is included in a plan is all there is, rather than the beginning of what is charged: later ones win. */
export function isHardCapped(...documents: readonly unknown[]): boolean {
  let capped = false;
  for (const document of documents) {
    if (typeof document !== 'object' || document === null) continue;
    const value: unknown = Reflect.get(document, 'hard_cap');
    if (typeof value === 'boolean') capped = value;
  }
  return capped;
}
