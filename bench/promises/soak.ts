/** The same load for minutes: does anything wait longer, does anything grow. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Publisher } from '../events/load';
import { memoryMb, percentile, tell, type Bench } from './measure';

const EVENTS_PER_SECOND = 200;
const MAX_WAIT_MS = 1_000;
const MAX_GROWTH = 0.15;
const WARM_UP_MS = 60_000;

const WAITS = `
  SELECT extract(epoch FROM r.start_time - e.event_time) * 1000 AS ms
    FROM hot.run r JOIN hot.event e ON e.event_id = r.event_id AND e.retention_class = r.retention_class
   WHERE e.event_type = 'bench:event' ORDER BY 1`;

export async function soak({ sizes, target, platform, db }: Bench): Promise<void> {
  const publisher = await Publisher.open(target, 32);
  const sent = Math.round(sizes.minutes * 60 * EVENTS_PER_SECOND);
  const memory = () => ({ api: memoryMb(platform.api), worker: memoryMb(platform.worker) });
  let warm = memory();
  let isWarm = false;
  const began = performance.now();
  const publishing = new Set<Promise<void>>();
  for (let n = 0; n < sent; n += 1) {
    const passed = performance.now() - began;
    if (!isWarm && passed > Math.min(WARM_UP_MS, (sizes.minutes * 60_000) / 4)) {
      isWarm = true;
      warm = memory();
    }
    await sleep(Math.max(0, (n * 1_000) / EVENTS_PER_SECOND - passed));
    const body = JSON.stringify({ event_type: 'bench:event', event_data: { at: Date.now() } });
    const one = publisher.post('/v1/events', body).then(({ status, text }) => {
      if (status !== 201) throw new Error(text);
      publishing.delete(one);
    });
    publishing.add(one);
  }
  await Promise.all(publishing);
  const seconds = (performance.now() - began) / 1_000;
  await sleep(3_000);
  const end = memory();
  publisher.close();
  const { rows } = await db.query<{ ms: string }>(WAITS);
  const waits = Float64Array.from(rows, (row) => Number(row.ms));
  console.log(
    `\n${sent} events in ${seconds.toFixed(0)} s (${(sent / seconds).toFixed(0)} a second), ${waits.length} runs`,
  );
  const p99 = percentile(waits, 99);
  tell(
    'accepted until its run begins',
    `p50 ${percentile(waits, 50).toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, at most ${percentile(waits, 100).toFixed(0)} ms`,
    'p99 below 1 s',
    p99 < MAX_WAIT_MS && waits.length === sent,
  );
  for (const name of ['api', 'worker'] as const) {
    const growth = end[name] / warm[name] - 1;
    tell(
      `memory of the ${name}${name === 'worker' ? ' with its children' : ''}`,
      `${warm[name].toFixed(0)} MB when warm, ${end[name].toFixed(0)} MB at the end, ${growth < 0 ? '' : '+'}${(growth * 100).toFixed(0)} %`,
      'at most 15 %',
      growth <= MAX_GROWTH,
    );
  }
}
