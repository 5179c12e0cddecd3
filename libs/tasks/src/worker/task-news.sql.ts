/** Tables: task, task_message, dispatch. Reads only, all tenants: ids in, ids out. */
import type { HotSqlPools } from '@app/dispatch';
import { statement } from '@app/platform/database';

const NEWS = statement(
  'tasks_news',
  `SELECT task_id FROM hot.task WHERE task_id = ANY($2::uuid[]) AND status > 2
   UNION
   SELECT w.task_id FROM unnest($1::uuid[]) AS w(task_id)
   WHERE EXISTS (SELECT 1 FROM hot.task_message m WHERE m.task_id = w.task_id AND m.delivered_at IS NULL)
      OR EXISTS (SELECT 1 FROM hot.dispatch d WHERE d.dispatch_id = w.task_id AND d.cancel_requested = 1)`,
);

/** Those of `messages` that have something to read, and those of `ends` that have ended. */
export async function findNews(
  sql: HotSqlPools['scanning'],
  messages: readonly string[],
  ends: readonly string[],
): Promise<readonly string[]> {
  const rows = await sql.rows<{ task_id: string }>(NEWS, [messages, ends]);
  return rows.map((row) => row.task_id);
}
