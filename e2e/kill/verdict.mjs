/** Counts afterwards, from the records alone: what was accepted must have been handled exactly as they say. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until nothing is outstanding but dead letters. Returns the milliseconds it took. */
export async function settle(cluster, withinMs) {
  const from = performance.now();
  for (;;) {
    const [{ open }] = await cluster.query('SELECT count(*)::int AS open FROM hot.dispatch WHERE state <> 4');
    if (open === 0) return Math.round(performance.now() - from);
    if (performance.now() - from > withinMs) {
      const rows = await cluster.query(
        `SELECT state, kind, delivery, attempt, incarnation IS NOT NULL AS claimed, count(*)::int
         FROM hot.dispatch GROUP BY 1, 2, 3, 4, 5`,
      );
      throw new Error(
        `${open} rows are still outstanding after ${withinMs / 1000} s: ${JSON.stringify(rows)}`,
      );
    }
    await sleep(250);
  }
}

/**
 * @param {Map<string, {type: string}>} accepted
 * @param {(type: string) => 'once' | 'at the second attempt' | 'fails' | 'times out'} expected what becomes of an event of that type
 * @returns {Promise<{problems: string[], figures: object}>}
 */
export async function judge(cluster, accepted, expected) {
  const events = await cluster.query(
    'SELECT event_id, event_type FROM hot.event WHERE origin_run_id IS NULL',
  );
  const runs = await cluster.query(
    `SELECT run_id, event_id, status, failure_kind, delivery, retry_attempt,
            coalesce(jsonb_array_length(info::jsonb -> 'restarts'), 0) AS restarts
     FROM hot.run ORDER BY run_id`,
  );
  const dead = new Set(
    (await cluster.query('SELECT event_id FROM hot.dispatch WHERE state = 4')).map((r) => r.event_id),
  );
  const unhandled = new Set(
    (await cluster.query('SELECT event_id FROM hot.event_unhandled')).map((r) => r.event_id),
  );
  const byEvent = Map.groupBy(runs, (run) => run.event_id);
  const problems = [];
  const stored = new Map(events.map((event) => [event.event_id, event.event_type]));
  for (const id of accepted.keys())
    if (!stored.has(id)) problems.push(`lost: accepted event ${id} is not stored`);
  let lostWorkers = 0;
  for (const [id, type] of stored) {
    const all = byEvent.get(id) ?? [];
    const good = all.filter((run) => run.status === 2);
    const crashed = all.filter((run) => run.failure_kind === 'worker-lost');
    lostWorkers += crashed.length;
    if (unhandled.has(id)) problems.push(`unhandled: ${type} ${id}`);
    if (expected(type) === 'at the second attempt') {
      if (good.length !== 1) problems.push(`${type} ${id} succeeded ${good.length} times`);
      if (good.some((run) => run.retry_attempt !== 1)) problems.push(`${type} ${id} had not failed before`);
    } else if (expected(type) === 'once') {
      if (good.length !== 1) problems.push(`${type} ${id} succeeded ${good.length} times`);
      if (dead.has(id)) problems.push(`innocent in the dead letters: ${type} ${id}`);
      if (all.length - good.length !== crashed.length)
        problems.push(`${type} ${id} has a failure without a reason: ${kindsOf(all)}`);
    } else if (good.length > 0) problems.push(`${type} ${id} succeeded, which it can't`);
    else if (all.length === 0 && !dead.has(id)) problems.push(`${type} ${id} left no record`);
    else if (expected(type) === 'times out' && all.at(-1)?.failure_kind !== 'timeout')
      problems.push(
        `${type} ${id} ended with ${all.at(-1)?.failure_kind ?? 'nothing'}, not by its time limit`,
      );
  }
  const [counters] = await cluster.query(
    `SELECT coalesce(sum(count) FILTER (WHERE status = 2), 0)::int AS succeeded, coalesce(sum(count), 0)::int AS total
     FROM hot.run_bucket WHERE granularity = 0`,
  );
  const succeeded = runs.filter((run) => run.status === 2).length;
  if (counters.succeeded !== succeeded)
    problems.push(`counters say ${counters.succeeded} successes, records ${succeeded}`);
  const restarted = runs.filter((run) => run.restarts > 0).length;
  return {
    problems,
    figures: { events: stored.size, runs: runs.length, lostWorkers, restarted, dead: dead.size },
  };
}

const kindsOf = (runs) => runs.map((run) => run.failure_kind ?? `status ${run.status}`).join(', ');
