import type { MigrationInterface, QueryRunner } from 'typeorm';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

/** -1: no limit; 0: not included. */
const FREE = {
  rate_limit_rps: 10,
  runs_per_month: 10_000,
  storage_bytes: GIB,
  team_members: 1,
  call_retention_days: 7,
  call_storage_bytes: GIB,
  store_storage_bytes: 256 * MIB,
  active_schedules_per_org: 5,
  custom_domains: 0,
  file_upload_max_bytes: 100 * MIB,
  min_schedule_interval_seconds: 300,
  compute_units_per_month: 5_000,
  task_minutes_per_month: 100,
};
const STARTER = {
  ...FREE,
  rate_limit_rps: 20,
  runs_per_month: 100_000,
  storage_bytes: 10 * GIB,
  team_members: 5,
  call_retention_days: 30,
  call_storage_bytes: 10 * GIB,
  store_storage_bytes: 2 * GIB,
  active_schedules_per_org: 50,
  file_upload_max_bytes: GIB,
  min_schedule_interval_seconds: 60,
  compute_units_per_month: 50_000,
  task_minutes_per_month: 1_000,
};
const PRO = {
  ...STARTER,
  rate_limit_rps: 100,
  runs_per_month: 1_000_000,
  storage_bytes: 100 * GIB,
  team_members: 25,
  call_retention_days: 90,
  call_storage_bytes: 100 * GIB,
  store_storage_bytes: 20 * GIB,
  active_schedules_per_org: 500,
  custom_domains: 5,
  file_upload_max_bytes: 5 * GIB,
  min_schedule_interval_seconds: 1,
  compute_units_per_month: 500_000,
  task_minutes_per_month: 10_000,
};
const SCALE = {
  ...PRO,
  rate_limit_rps: -1,
  runs_per_month: 10_000_000,
  storage_bytes: 1_024 * GIB,
  team_members: -1,
  call_retention_days: 365,
  call_storage_bytes: 1_024 * GIB,
  store_storage_bytes: 200 * GIB,
  active_schedules_per_org: -1,
  custom_domains: 25,
  file_upload_max_bytes: 50 * GIB,
  compute_units_per_month: 5_000_000,
  task_minutes_per_month: 100_000,
};
const ENTERPRISE = Object.fromEntries(
  Object.keys(FREE).map((key) => [key, key === 'min_schedule_interval_seconds' ? 1 : -1]),
);

const SEEDS: readonly (readonly [id: string, name: string, features: object])[] = [
  ['free', 'Free', FREE],
  ['starter', 'Starter', STARTER],
  ['pro', 'Pro', PRO],
  ['scale', 'Scale', SCALE],
  ['enterprise', 'Enterprise', ENTERPRISE],
];

/**
 * What an organization may use. One without a row in org_plan is its own host and without limits. The names, prices and
 * numbers are an operator's: these rows are a beginning, and are not touched again.
 */
export class CreatePlans1796900000000 implements MigrationInterface {
  name = 'CreatePlans1796900000000';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE TABLE hot.plan (
        plan_uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        plan_id text NOT NULL CONSTRAINT plan_id_key UNIQUE,
        plan_name text NOT NULL CONSTRAINT plan_name_key UNIQUE,
        base_price_monthly_cents bigint NOT NULL DEFAULT 0,
        base_price_annual_cents bigint NOT NULL DEFAULT 0,
        sort_order integer NOT NULL DEFAULT 0,
        -- limits by name: -1 none, 0 not included
        features jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(features) = 'object'),
        active boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await q.query(`
      CREATE TABLE hot.org_plan (
        org_plan_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        org_id uuid NOT NULL CONSTRAINT org_plan_org_key UNIQUE REFERENCES hot.org ON DELETE CASCADE,
        plan_uuid uuid NOT NULL REFERENCES hot.plan,
        -- 1 active, 2 inactive, 3 pending
        status_id smallint NOT NULL DEFAULT 1 CHECK (status_id IN (1, 2, 3)),
        billing_period text NOT NULL DEFAULT 'monthly' CHECK (billing_period IN ('monthly', 'annual')),
        current_period_start timestamptz,
        current_period_end timestamptz,
        -- limits agreed with this organization: they win over those of the plan
        features jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(features) = 'object'),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        created_by_user_id uuid,
        updated_by_user_id uuid,
        CONSTRAINT org_plan_period_check CHECK (current_period_end > current_period_start)
      )`);
    await q.query(`CREATE INDEX org_plan_plan_idx ON hot.org_plan (plan_uuid)`);
    await q.query(`
      CREATE FUNCTION hot.notify_plan_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        -- a plan has no organization: all of them are meant
        PERFORM pg_notify('hot_plan', coalesce(to_jsonb(NEW) ->> 'org_id', to_jsonb(OLD) ->> 'org_id', '*'));
        RETURN NULL;
      END $$`);
    for (const table of ['plan', 'org_plan']) {
      await q.query(`
        CREATE TRIGGER ${table}_changed AFTER INSERT OR UPDATE OR DELETE ON hot.${table} FOR EACH ROW
        EXECUTE FUNCTION hot.notify_plan_changed()`);
    }
    for (const [index, [id, name, features]] of SEEDS.entries()) {
      await q.query(
        `INSERT INTO hot.plan (plan_id, plan_name, sort_order, features) VALUES ($1, $2, $3, $4)`,
        [id, name, index, JSON.stringify(features)],
      );
    }
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TABLE hot.org_plan, hot.plan`);
    await q.query(`DROP FUNCTION hot.notify_plan_changed()`);
  }
}
