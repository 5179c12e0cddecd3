/** How fast events are taken and run. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Publisher } from '../events/load';
import { percentile, tell, type Bench } from './measure';

const PUBLISHED_PER_SECOND = 1_500;
const RUNS_PER_SECOND = 300;
const FEW_PER_SECOND = 50;
const SECONDS = 20;
const LATE_MS = 2_000;

const ENDS = `
  SELECT extract(epoch FROM r.stop_time - e.event_time) * 1000 AS ms
    FROM hot.run r JOIN hot.event e ON e.event_id = r.event_id AND e.retention_class = r.retention_class
   WHERE e.event_type = 'bench:event' AND e.event_time >= $1 ORDER BY 1`;

export async function publishing(bench: Bench): Promise<void> {
  const publisher = await Publisher.open(bench.target, 64);
  await publish(publisher, FEW_PER_SECOND, 10);
  console.log(
    `\nEvents at a steady rate for ${SECONDS} s, ${PUBLISHED_PER_SECOND}, ${RUNS_PER_SECOND} and ${FEW_PER_SECOND} a second`,
  );
  const few = await load(bench, publisher, FEW_PER_SECOND);
  tell(
    `${FEW_PER_SECOND} a second, accepted until the run has ended`,
    `p50 ${few.p50.toFixed(0)} ms, p99 ${few.p99.toFixed(0)} ms`,
    'p50 below 30 ms, p99 below 120 ms',
    few.p50 < 30 && few.p99 < 120,
  );
  const runs = await load(bench, publisher, RUNS_PER_SECOND);
  tell(
    `${RUNS_PER_SECOND} a second, each traced`,
    `${runs.ended} of ${RUNS_PER_SECOND * SECONDS} runs had ended ${LATE_MS / 1_000} s later, p99 ${runs.p99.toFixed(0)} ms`,
    'all of them',
    runs.ended === RUNS_PER_SECOND * SECONDS,
  );
  const answers = await publish(publisher, PUBLISHED_PER_SECOND, SECONDS);
  const p99 = percentile(answers.ms, 99);
  tell(
    `${PUBLISHED_PER_SECOND} asked for a second, answered`,
    `${answers.perSecond.toFixed(0)} a second, p50 ${percentile(answers.ms, 50).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
    '1,500 a second, p99 below 50 ms',
    answers.perSecond > PUBLISHED_PER_SECOND * 0.99 && p99 < 50,
  );
  publisher.close();
}

async function load(
  { db }: Bench,
  publisher: Publisher,
  perSecond: number,
): Promise<{ readonly ended: number; readonly p50: number; readonly p99: number }> {
  const from = new Date();
  await publish(publisher, perSecond, SECONDS);
  await sleep(LATE_MS);
  const { rows } = await db.query<{ ms: string }>(ENDS, [from]);
  const ms = rows.map((row) => Number(row.ms));
  return { ended: ms.length, p50: percentile(ms, 50), p99: percentile(ms, 99) };
}

/** Sends when it is time, whether or not earlier ones were answered; times count from when it was time. */
async function publish(
  publisher: Publisher,
  perSecond: number,
  seconds: number,
): Promise<{ readonly ms: Float64Array; readonly perSecond: number }> {
  const count = perSecond * seconds;
  const ms = new Float64Array(count);
  const asked: Promise<void>[] = [];
  const began = performance.now();
  for (let n = 0; n < count; n += 1) {
    const due = began + (n * 1_000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    const body = `{"event_type":"bench:event","event_data":{"at":${n}}}`;
    asked.push(
      publisher.post('/v1/events', body).then(({ status, text }) => {
        if (status !== 201) throw new Error(text);
        ms[n] = performance.now() - due;
      }),
    );
  }
  await Promise.all(asked);
  const passed = (performance.now() - began) / 1_000;
  return { ms: ms.sort(), perSecond: count / passed };
}
