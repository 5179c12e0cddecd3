/**
 * Kills parts of the platform while events arrive, then counts: nothing lost, nothing doubled without a record, nothing
 * in limbo. `node scripts/run.mjs e2e/kill/main.mjs [--events 2000] [--stop-seconds 60] [--only TEXT] [--kills 5] [--seed 1] [--redis wasm]`.
 */
import { parseArgs } from 'node:util';
import { Cluster } from './cluster.mjs';
import { Publisher } from './publisher.mjs';
import { killAtRandom } from './random-kills.mjs';
import { SCENARIOS } from './scenarios.mjs';
import { TASK_SCENARIOS } from './tasks.mjs';
import { judge, settle } from './verdict.mjs';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '2000' },
    'stop-seconds': { type: 'string', default: '60' },
    'settle-seconds': { type: 'string', default: '120' },
    only: { type: 'string', default: '' },
    kills: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    redis: { type: 'string' },
  },
});

let passed = 0;
let failed = 0;

const atRandom = { play: killAtRandom, kills: Number(values.kills), seed: Number(values.seed) };
for (const [name, scenario] of Object.entries({
  ...SCENARIOS,
  ...TASK_SCENARIOS,
  'kills at random [X6, B2]': atRandom,
})) {
  if (!name.includes(values.only)) continue;
  const started = performance.now();
  try {
    console.log(`✓ ${name}: ${await play(scenario)} (${Math.round((performance.now() - started) / 1000)} s)`);
    passed += 1;
  } catch (error) {
    console.log(`✗ ${name}: ${error.message}`);
    failed += 1;
  }
}
console.log(`kill: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

async function play(scenario) {
  const events = Number(values.events);
  const cluster = await Cluster.start({ redis: values.redis, env: scenario.env });
  try {
    if (scenario.play) return await scenario.play(cluster, scenario);
    const prepared = await scenario.prepare?.(cluster);
    const publisher = new Publisher(cluster);
    let harm;
    await publisher.publish(events, scenario.event, (n) => {
      if (n === Math.floor(events / 3))
        harm = scenario.harm(cluster, { stopSeconds: Number(values['stop-seconds']), prepared, publisher });
      // An error of the harm itself is reported below; here it only must not end the process unheard.
      harm?.catch(() => {});
    });
    await harm;
    const settledMs = await settle(
      cluster,
      (scenario.settleSeconds ?? Number(values['settle-seconds'])) * 1000,
    );
    const { problems, figures } = await judge(cluster, publisher.accepted, scenario.expected);
    if (scenario.wrong) problems.push(...(await scenario.wrong(cluster)));
    if (problems.length > 0) {
      throw new Error(`${problems.length} problems, the first: ${problems.slice(0, 5).join('; ')}`);
    }
    if (publisher.accepted.size === 0) throw new Error('no event was accepted');
    return `${publisher.accepted.size} accepted, ${publisher.refused} refused, ${JSON.stringify(figures)}, settled in ${settledMs} ms`;
  } finally {
    await cluster.stop();
  }
}
