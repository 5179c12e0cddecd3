import type { MigrationInterface, QueryRunner } from 'typeorm';

const LOST = `'worker-lost' AS failure_kind`;
const TOLD = `coalesce(NEW.last_meta::jsonb ->> 'reason', 'worker-lost') AS failure_kind`;

/** A task whose row becomes a dead letter failed for the reason that the row tells, which need not be a lost worker. */
export class TellWhyTasksDied1797400000000 implements MigrationInterface {
  name = 'TellWhyTasksDied1797400000000';

  up(q: QueryRunner): Promise<void> {
    return exchange(q, LOST, TOLD);
  }

  down(q: QueryRunner): Promise<void> {
    return exchange(q, TOLD, LOST);
  }
}

async function exchange(q: QueryRunner, from: string, to: string): Promise<void> {
  const rows = (await q.query(
    `SELECT pg_get_functiondef('hot.task_follows()'::regprocedure) AS text`,
  )) as readonly { readonly text: string }[];
  const text = rows[0]?.text ?? '';
  if (!text.includes(from)) throw new Error('hot.task_follows() is not as it was made');
  await q.query(text.replace(from, () => to));
}
