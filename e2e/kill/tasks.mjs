/** Tasks that run, wait and are queued when their worker is killed; and what must be true of them afterwards. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Some are still queued, some run, some wait: then it is worth killing. */
async function untilTasksGoOn(cluster, count) {
  for (let waited = 0; waited < 20_000; waited += 50) {
    const [{ began }] = await cluster.query(
      'SELECT count(*)::int AS began FROM hot.task WHERE claimed_at IS NOT NULL',
    );
    if (began >= count) return;
    await sleep(50);
  }
  throw new Error(`no ${count} tasks have begun within 20 s`);
}

/** @returns {Promise<string[]>} what is wrong with the tasks, from the records alone */
async function wrongTasks(cluster) {
  const problems = [];
  const tasks = await cluster.query(
    `SELECT t.task_id, t.status::int AS status, t.infra_retry_count::int AS again, t.function_name, t.result,
            (SELECT count(*) FROM hot.run r WHERE r.event_id = t.task_id AND r.status = 2)::int AS good,
            (SELECT count(*) FROM hot.run r WHERE r.event_id = t.task_id AND r.failure_kind = 'worker-lost')::int AS lost,
            (SELECT count(*) FROM hot.run r WHERE r.event_id = t.task_id)::int AS runs,
            EXISTS (SELECT 1 FROM hot.run o WHERE o.run_id = t.origin_run_id AND o.failure_kind = 'worker-lost') AS orphan
     FROM hot.task t`,
  );
  const known = new Map(tasks.map((task) => [task.task_id, task]));
  for (const { task_id: id, status, again, good, lost, runs, orphan, function_name: name, result } of tasks) {
    // Its starter was lost before it had said what the task waits for, and began again with another task.
    if (orphan && status === 6 && name.endsWith('/listen')) continue;
    if (status !== 3) problems.push(`task ${id} is in status ${status}`);
    if (good !== 1) problems.push(`task ${id} succeeded ${good} times`);
    if (lost !== again || runs !== good + lost)
      problems.push(`task ${id}: ${runs} runs, ${lost} lost with a worker, ${again} recorded`);
    if (name.endsWith('/listen') && !/"first": ?"one".*"second": ?"two"/.test(result))
      problems.push(`task ${id} was told ${result}`);
  }
  const starters = await cluster.query(
    `SELECT result FROM hot.run WHERE status = 2 AND function_name LIKE '::sdk::tasks/on-%'`,
  );
  for (const { result } of starters) {
    const { task } = JSON.parse(result);
    if (!known.has(task)) problems.push(`task ${task} was started and is not there`);
  }
  // A handler that is lost after it had started a task starts another one: that is on record.
  const [{ extra }] = await cluster.query(
    `SELECT count(*)::int AS extra FROM hot.run
     WHERE failure_kind = 'worker-lost' AND function_name LIKE '::sdk::tasks/on-%'`,
  );
  if (tasks.length < starters.length || tasks.length > starters.length + extra)
    problems.push(`${tasks.length} tasks for ${starters.length} handlers and ${extra} lost ones`);
  const [{ waiting }] = await cluster.query(
    'SELECT count(*)::int AS waiting FROM hot.dispatch WHERE run_type = 7',
  );
  if (waiting > 0) problems.push(`${waiting} tasks have work left`);
  return problems;
}

const tasks = (n) => ({ event_type: n % 3 === 0 ? 'sdk:listen' : 'sdk:task', event_data: { n } });
const once = () => 'once';

export const TASK_SCENARIOS = {
  'kill -9 of the worker of tasks [T2]': {
    event: tasks,
    expected: once,
    wrong: wrongTasks,
    async harm(cluster) {
      await untilTasksGoOn(cluster, 20);
      await cluster.kill('worker');
      await sleep(500);
      await cluster.spawn('worker');
    },
  },
  'kill -9 of Redis under tasks, its data wiped [D4]': {
    event: tasks,
    expected: once,
    wrong: wrongTasks,
    async harm(cluster) {
      await untilTasksGoOn(cluster, 20);
      await cluster.killAndWipeRedis();
      await sleep(1000);
      await cluster.startRedis();
    },
  },
};
