import type { MigrationInterface, QueryRunner } from 'typeorm';

const box = (
  [memory, cpu, tmp, disk, timeout, atOnce]: readonly [number, number, number, number, number, number],
  network: boolean,
  taskTimeout: number,
): object => ({
  box_memory_mb: memory,
  box_cpu_quota: cpu,
  box_tmp_size_mb: tmp,
  box_disk_size_mb: disk,
  box_timeout_secs: timeout,
  box_concurrent_tasks: atOnce,
  box_network: network,
  task_timeout_secs: taskTimeout,
});
const HOUR = 3_600;

/** For the plans that came with us: what an operator has written into them already wins. */
const FEATURES: Readonly<Record<string, object>> = {
  free: { ...box([512, 50_000, 500, 5_120, 60, 1], false, 300), hard_cap: true },
  starter: box([1_024, 75_000, 500, 10_240, 600, 5], true, HOUR),
  pro: box([4_096, 100_000, 2_048, 51_200, HOUR, 20], true, 24 * HOUR),
  scale: box([8_192, 100_000, 4_096, 51_200, 24 * HOUR, 100], true, 7 * 24 * HOUR),
  enterprise: box([-1, -1, -1, -1, -1, -1], true, -1),
};

/**
 * Tasks that are containers. What the worker learned of one is in the `info` of its run; when the task ends, it and what is
 * charged for it come from there, in the transaction that ends it, so that nothing is charged twice or not at all.
 */
export class AddContainers1797500000000 implements MigrationInterface {
  name = 'AddContainers1797500000000';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      ALTER TABLE hot.task
        -- nano to 4xlarge
        ADD COLUMN size text,
        -- as people may see it, JSON: names of environment variables, no values
        ADD COLUMN container text,
        -- when it has ended, JSON
        ADD COLUMN container_info text,
        ADD COLUMN exit_code integer`);
    // For how many of an organization go on at once.
    await q.query(
      `CREATE INDEX task_containers_idx ON hot.task (org_id) WHERE task_type = 2 AND status IN (1, 2)`,
    );
    await q.query(`
      CREATE FUNCTION hot.container_ended() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        facts jsonb;
      BEGIN
        SELECT r.info::jsonb -> 'container' INTO facts
        FROM hot.run r WHERE r.run_id = NEW.run_id AND r.retention_class = NEW.retention_class;
        IF facts IS NULL THEN
          RETURN NEW;
        END IF;
        NEW.container_info := facts::text;
        NEW.exit_code := (facts ->> 'exit_code')::integer;
        NEW.compute_units := coalesce((facts ->> 'compute_units')::bigint, 0);
        IF NEW.compute_units > 0 THEN
          INSERT INTO hot.usage_daily (org_id, env_id, day, metric, slot, value)
          VALUES (NEW.org_id, NEW.env_id, (NEW.stop_time AT TIME ZONE 'UTC')::date, 'compute_units',
                  1 + pg_backend_pid() % 32000, NEW.compute_units)
          ON CONFLICT (org_id, env_id, day, metric, slot) DO UPDATE SET value = hot.usage_daily.value + excluded.value;
        END IF;
        RETURN NEW;
      END $$`);
    for (const [planId, features] of Object.entries(FEATURES))
      await q.query(`UPDATE hot.plan SET features = $2::jsonb || features WHERE plan_id = $1`, [
        planId,
        JSON.stringify(features),
      ]);
    await q.query(`
      CREATE TRIGGER container_ends BEFORE UPDATE OF status ON hot.task FOR EACH ROW
      WHEN (NEW.task_type = 2 AND OLD.status < 3 AND NEW.status > 2) EXECUTE FUNCTION hot.container_ended()`);
  }

  async down(q: QueryRunner): Promise<void> {
    for (const [planId, features] of Object.entries(FEATURES))
      await q.query(`UPDATE hot.plan SET features = features - $2::text[] WHERE plan_id = $1`, [
        planId,
        Object.keys(features),
      ]);
    await q.query(`DROP TRIGGER container_ends ON hot.task`);
    await q.query(`DROP FUNCTION hot.container_ended()`);
    await q.query(`DROP INDEX hot.task_containers_idx`);
    await q.query(`
      ALTER TABLE hot.task DROP COLUMN size, DROP COLUMN container, DROP COLUMN container_info, DROP COLUMN exit_code`);
  }
}
