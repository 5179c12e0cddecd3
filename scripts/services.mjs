/**
 * PostgreSQL and Redis for development in the foreground: `npm run services`. Data in .data/dev; Ctrl-C stops them.
 * With DATABASE_URL or REDIS_URL set, that one is not started.
 */
import { chmodSync, mkdirSync } from 'node:fs';
import { describe } from './lib/failure.mjs';
import { inRoot } from './lib/paths.mjs';
import { startPostgres } from './lib/postgres.mjs';
import { startRedis } from './lib/redis.mjs';
import { onShutdown } from './lib/shutdown.mjs';
import { step } from './lib/steps.mjs';

const dir = inRoot('.data', 'dev');
const started = [];

async function main() {
  mkdirSync(dir, { recursive: true });
  chmodSync(inRoot('.data'), 0o700);
  onShutdown(stop);
  let { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = process.env;
  if (!databaseUrl) {
    const postgres = await step('postgres', () => startPostgres({ dir: `${dir}/postgres` }));
    started.push(postgres);
    databaseUrl = postgres.url;
  }
  if (!redisUrl) {
    const redis = await step('redis', () => startRedis({ dir: `${dir}/redis` }));
    started.push(redis);
    redisUrl = redis.url;
  }
  console.log(`\nDATABASE_URL=${databaseUrl}\nREDIS_URL=${redisUrl}\n`);
  const keepAlive = setInterval(() => {}, 60_000);
  const why = await Promise.race(started.map((server) => server.ended));
  clearInterval(keepAlive);
  if (why) throw new Error(why);
}

async function stop() {
  await Promise.all(started.map((server) => server.stop()));
}

main().catch(async (error) => {
  console.error(`\n${describe(error)}`);
  await stop();
  process.exit(1);
});
