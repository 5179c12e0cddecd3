/** What is measured, from the outside: by requests, subscriptions and counters of the database. */
import Queue from 'bull';
import { fork } from 'node:child_process';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { Publisher } from './load';
import { ask, type Platform } from './platform';

/** Published at the same rate before anything is counted: connections, plans and compiled code are there by then. */
export const WARM_UP_SECONDS = 5;

/** @param handlers how many handlers of the program hear it: 1, 3 or 10 */
export function body(n: number, handlers: number, streamId?: string): string {
  return JSON.stringify({
    event_type: handlers === 1 ? 'bench:event' : `bench:${handlers}`,
    event_data: {
      n,
      order: 4711,
      customer: 'c-0815',
      items: [
        { sku: 'a', qty: 2 },
        { sku: 'b', qty: 1 },
      ],
      note: null,
    },
    ...(streamId === undefined ? {} : { stream_id: streamId }),
  });
}

export function percentile(sorted: readonly number[], p: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN;
}

/** Runs that have ended well, and that have not. */
async function finished(db: Client): Promise<{ readonly good: number; readonly bad: number }> {
  const { rows } = await db.query<{ good: string; bad: string }>(
    `SELECT coalesce(sum(count) FILTER (WHERE status = 2), 0) AS good,
            coalesce(sum(count) FILTER (WHERE status <> 2), 0) AS bad
     FROM hot.run_bucket WHERE granularity = 0`,
  );
  return { good: Number(rows[0]?.good), bad: Number(rows[0]?.bad) };
}

/** As many events as go through: accepted per second, and ended per second, all runs, results and traces durable. */
export async function saturate(
  platform: Platform,
  db: Client,
  count: number,
  connections: number,
  handlers = 1,
): Promise<{ readonly accepted: number; readonly ended: number }> {
  const publisher = await Publisher.open(target(platform), connections);
  const before = await finished(db);
  const from = performance.now();
  let next = 0;
  let refused = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (next < count) {
        const { status } = await publisher.post('/v1/events', body(next++, handlers));
        if (status !== 201) refused += 1;
      }
    }),
  );
  const accepted = count / ((performance.now() - from) / 1_000);
  for (;;) {
    const { good, bad } = await finished(db);
    if (bad > before.bad) throw new Error('a run of the benchmark failed');
    if (good - before.good >= (count - refused) * handlers) break;
    await sleep(20);
  }
  const ended = count / ((performance.now() - from) / 1_000);
  publisher.close();
  if (refused > 0) console.log(`  ${refused} requests were refused`);
  return { accepted, ended };
}

/**
 * Publishes at a fixed rate into one stream and listens to it as a client does: until the last of the event's handlers
 * has ended. Milliseconds, sorted.
 */
export async function latency(
  platform: Platform,
  rate: number,
  seconds: number,
  connections: number,
  handlers = 1,
): Promise<readonly number[]> {
  const publisher = await Publisher.open(target(platform), connections);
  const first = JSON.parse((await publisher.post('/v1/events', body(-1, handlers))).text) as {
    data: { stream_id: string };
  };
  const streamId = first.data.stream_id;
  const sentAt = new Map<number, number>();
  const times: number[] = [];
  const left = new Map<number, number>();
  const warmUp = rate * WARM_UP_SECONDS;
  const total = warmUp + Math.round(rate * seconds);
  let ended = 0;
  const stream = request(`${platform.url}/v1/streams/${streamId}/subscribe`, {
    headers: { authorization: `Bearer ${platform.token}` },
    agent: false,
  });
  await new Promise<void>((resolve) => {
    stream.on('response', (response) => {
      if (response.statusCode !== 200) console.log(`  subscription answered ${response.statusCode}`);
      response.setEncoding('latin1');
      let rest = '';
      response.on('data', (chunk: string) => {
        const now = performance.now();
        const end = chunk.lastIndexOf('\n\n');
        const whole = end < 0 ? '' : rest + chunk.slice(0, end);
        rest = end < 0 ? rest + chunk : chunk.slice(end);
        for (const match of whole.matchAll(/event: run:stop\n.*?"result":\{"ok":true,[^}]*?"n":(-?\d+)/g)) {
          const event = Number(match[1]);
          const sent = sentAt.get(event);
          if (sent === undefined) continue;
          const more = (left.get(event) ?? handlers) - 1;
          left.set(event, more);
          if (more > 0) continue;
          left.delete(event);
          ended += 1;
          if (event >= warmUp) times.push(now - sent);
        }
      });
      resolve();
    });
    stream.end();
  });
  await sleep(300);
  const from = performance.now();
  const posts: Promise<unknown>[] = [];
  for (let n = 0; n < total; n += 1) {
    const due = from + (n * 1_000) / rate;
    // A sleeping generator: one that turned until the moment came would take a core from what is measured.
    while (performance.now() < due) await sleep(1);
    sentAt.set(n, performance.now());
    posts.push(publisher.post('/v1/events', body(n, handlers, streamId)));
  }
  await Promise.all(posts);
  for (let wait = 0; ended < total && wait < 200; wait += 1) await sleep(20);
  stream.destroy();
  publisher.close();
  if (ended < total) console.log(`  ${total - ended} ends were not seen`);
  return times.sort((a, b) => a - b);
}

/** The other side: one Bull job per event and a loop that does nothing. Jobs per second. */
export async function bareBull(prefix: string, count: number, connections: number): Promise<number> {
  const child = fork(join(__dirname, 'bull.process.js'), { env: { ...process.env, BENCH_PREFIX: prefix } });
  await new Promise((resolve) => child.once('message', resolve));
  const queue = new Queue('bench-bare', process.env['REDIS_URL'] ?? '', { prefix });
  await queue.isReady();
  const from = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (next < count) await queue.add({ n: next++ }, { removeOnComplete: true, removeOnFail: true });
    }),
  );
  for (;;) {
    const { seen } = await ask<{ seen: number }>(child, 'seen', 'seen');
    if (seen >= count) break;
    await sleep(10);
  }
  const rate = count / ((performance.now() - from) / 1_000);
  child.kill();
  await queue.close();
  return rate;
}

function target({ url, token }: Platform): {
  readonly host: string;
  readonly port: number;
  readonly token: string;
} {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port), token };
}
