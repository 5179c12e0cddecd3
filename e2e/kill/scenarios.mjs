/** What is done to the platform while events arrive. Each returns once the harm is over and everything runs again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Waiters } from './waiters.mjs';

const echo = (n) => ({ event_type: 'sdk:echo', event_data: { n } });
/**
 * Some milliseconds of work each, so that runs are under way when the harm is done. Each turn is a recorded call: 60,000
 * of them are 80 ms and 4.5 MB of trace, and 2,000 such runs keep two cores busy for 160 s, harm or none.
 */
const busy = (n) => ({ event_type: 'sdk:busy', event_data: { turns: 3_000, n } });
const mixed = (n) => (n % 4 === 0 ? busy(n) : echo(n));
const once = () => 'once';

/** Callers of a webhook and of a tool, who wait while the harm is done. */
async function beginToWait(cluster, options) {
  const waiters = new Waiters(cluster);
  await waiters.begin(options);
  return waiters;
}

/** Publishing is faster than the start of a first child: there must be something to kill, and runs on it. */
async function untilRunsEnd(cluster, count) {
  for (let waited = 0; waited < 20_000; waited += 50) {
    const [{ ended }] = await cluster.query('SELECT count(*)::int AS ended FROM hot.run');
    if (ended >= count) return;
    await sleep(50);
  }
  throw new Error(`no ${count} runs have ended within 20 s`);
}

async function untilRunsGoOn(cluster, count) {
  for (let waited = 0; waited < 5_000; waited += 10) {
    const [{ claimed }] = await cluster.query(
      'SELECT count(*)::int AS claimed FROM hot.dispatch WHERE state = 2',
    );
    if (claimed >= count) return;
    await sleep(10);
  }
  throw new Error(`never ${count} runs went on at the same time within 5 s`);
}

export const SCENARIOS = {
  'kill -9 of the worker [X2, X3, B5, api-15.66]': {
    event: mixed,
    expected: once,
    // Whoever waits for a call has to wait for the end of the dead worker's lease, too.
    env: { HOT_WEBHOOK_TIMEOUT: '60s' },
    prepare: (cluster) => beginToWait(cluster, { large: true }),
    async harm(cluster, { prepared: waiters, publisher }) {
      await waiters.deploy();
      // That took long enough for everything published before to end.
      const more = publisher.publish(100, busy);
      await untilRunsGoOn(cluster, 10);
      await cluster.kill('worker');
      await waiters.leftAlone();
      await more;
      await sleep(500);
      await cluster.spawn('worker');
      await waiters.compute();
      await waiters.end();
    },
  },
  'kill -9 of the api [D2]': {
    event: mixed,
    expected: once,
    async harm(cluster) {
      await cluster.kill('api');
      await cluster.spawn('api');
    },
  },
  'kill -9 of PostgreSQL [D7]': {
    event: mixed,
    expected: once,
    prepare: beginToWait,
    async harm(cluster, { prepared: waiters }) {
      await cluster.killPostgres();
      await sleep(1000);
      await cluster.startPostgres();
      await waiters.answered();
    },
  },
  'kill -9 of Redis, its data wiped [D4]': {
    event: mixed,
    expected: once,
    prepare: beginToWait,
    async harm(cluster, { prepared: waiters }) {
      await cluster.killAndWipeRedis();
      await sleep(1000);
      await cluster.startRedis();
      await waiters.answered();
    },
  },
  'kill -9 of one sandbox child': {
    event: busy,
    expected: once,
    async harm(cluster) {
      await untilRunsEnd(cluster, 50);
      const [victim] = cluster.sandboxChildren();
      if (victim === undefined) throw new Error('the worker has no sandbox child to kill');
      process.kill(victim, 'SIGKILL');
    },
  },
  'SIGSTOP of a worker': {
    event: mixed,
    expected: once,
    async harm(cluster, { stopSeconds }) {
      await cluster.spawn('worker-2');
      cluster.processes.get('worker').kill('SIGSTOP');
      await sleep(stopSeconds * 1000);
      cluster.processes.get('worker').kill('SIGCONT');
    },
  },
  'restart of each worker in turn [X8]': {
    event: mixed,
    expected: once,
    prepare: beginToWait,
    async harm(cluster, { prepared: waiters, publisher }) {
      const more = publisher.publish(300, mixed);
      await cluster.spawn('worker-2');
      await cluster.stopInOrder('worker');
      await cluster.spawn('worker');
      await cluster.stopInOrder('worker-2');
      await more;
      await waiters.answered();
    },
    async wrong(cluster) {
      const [{ again }] = await cluster.query(
        `SELECT count(*)::int AS again FROM hot.run WHERE delivery > 1 OR retry_attempt > 0 OR status <> 2`,
      );
      return again === 0 ? [] : [`${again} runs did not go well at once`];
    },
  },
  'endless loop and memory bomb beside innocents': {
    event: (n) => {
      if (n % 200 === 50) return { event_type: 'sdk:endless', event_data: {} };
      return n % 200 === 150 ? { event_type: 'sdk:bomb', event_data: {} } : mixed(n);
    },
    expected: (type) => (type === 'sdk:endless' || type === 'sdk:bomb' ? 'fails' : 'once'),
    env: { HOT_WORKER_RUN_TIMEOUT: '3s' },
    async harm() {},
  },
  'catastrophic regex beside innocents': {
    event: (n) => (n % 100 === 50 ? { event_type: 'sdk:regex', event_data: {} } : mixed(n)),
    expected: (type) => (type === 'sdk:regex' ? 'times out' : 'once'),
    env: { HOT_WORKER_RUN_TIMEOUT: '3s' },
    async harm() {},
  },
};
