/** What a measure gets to work with, and how it tells what it found. */
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { runMigrations } from '@app/platform/database';
import type { Target } from '../events/load';
import { startPlatform, type Platform } from '../events/platform';

export interface Sizes {
  readonly minutes: number;
  readonly schedules: number;
  readonly clients: number;
  readonly builds: number;
  readonly calls: number;
  readonly runs: number;
}

export interface Bench {
  readonly sizes: Sizes;
  readonly platform: Platform;
  readonly env: Readonly<Record<string, string>>;
  readonly target: Target;
  readonly db: Client;
}

export type Measure = (bench: Bench) => Promise<void>;

const PROJECT = join('bench', 'promises', 'program');

/** Runs a measure on a platform of its own, with a database of its own. */
export async function onPlatform(sizes: Sizes, measure: Measure): Promise<void> {
  const server = process.env['BENCH_DATABASE_URL'] ?? process.env['TEST_DATABASE_URL'] ?? '';
  process.env['REDIS_URL'] ??= process.env['TEST_REDIS_URL'] ?? '';
  const name = `bench_${randomUUID().slice(0, 8)}`;
  const admin = new Client({ connectionString: server });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const db = new Client({ connectionString: url.href });
  db.on('error', () => undefined); // dropped with its database
  let platform: Platform | undefined;
  try {
    await runMigrations(url.href);
    await db.connect();
    const env = {
      DATABASE_URL: url.href,
      HOT_REDIS_PREFIX: name,
      HOT_MODE: 'development',
      HOT_DATA_DIR: `/tmp/${name}`,
      HOT_SECRET_KEY: randomBytes(32).toString('hex'),
      HOT_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
      HOT_API_SSE_CONNECTIONS_PER_CREDENTIAL: '0',
      HOT_API_SSE_CONNECTIONS_PER_ORG: '0',
      HOT_API_SSE_CONNECTIONS_GLOBAL: '0',
      HOT_SCHEDULE_MAX_ACTIVE: '0',
      HOT_LOG_LEVEL: 'error',
    };
    platform = await startPlatform(env, PROJECT);
    const target = { host: '127.0.0.1', port: Number(new URL(platform.url).port), token: platform.token };
    await measure({ sizes, platform, env, target, db });
    await db.end();
  } finally {
    platform?.stop();
    await sleep(2_000);
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.end();
  }
}

/** @param met whether the figure is what was promised */
export function tell(what: string, figure: string, goal: string, met: boolean): void {
  console.log(`  ${what}: ${figure} (goal ${goal}${met ? '' : ', missed'})`);
}

/** The smallest value that so many per cent of them do not exceed. */
export function percentile(sorted: ArrayLike<number>, percent: number): number {
  const at = Math.ceil((percent / 100) * sorted.length) - 1;
  return sorted[Math.max(0, Math.min(sorted.length - 1, at))] ?? Number.NaN;
}

/** Resident memory of a process and of those it has started, in MB. */
export function memoryMb({ pid }: ChildProcess): number {
  const own = [pid ?? 0, ...childrenOf(pid ?? 0)];
  return own.reduce((sum, each) => sum + residentMb(each), 0);
}

function residentMb(pid: number): number {
  const [, kib] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib ?? 0) / 1024;
}

function childrenOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) => {
    const text = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim();
    return text === ''
      ? []
      : text.split(' ').flatMap((child) => [Number(child), ...childrenOf(Number(child))]);
  });
}

/** Of the local account that the starter makes. */
export async function localEnv(db: Client): Promise<{ readonly envId: string; readonly projectId: string }> {
  const { rows } = await db.query<{ env_id: string; project_id: string }>(
    `SELECT env_id, project_id FROM hot.project WHERE name = 'promises'`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('The project is not there');
  return { envId: row.env_id, projectId: row.project_id };
}
