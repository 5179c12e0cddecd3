/**
 * Databases for integration tests. A clone of the template costs 0.1–0.8 s, so files of one Jest worker share a
 * database and each test makes its own organization; a test that needs emptiness, or that breaks things, takes a
 * fresh clone.
 */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { adminDatabaseUrl, templateDatabase, workerNumber } from './environment';

export interface TestDatabase {
  readonly name: string;
  /** Address with user and password, as DATABASE_URL wants it. */
  readonly url: string;
}

/** PostgreSQL's answer when another worker is cloning the same template at this moment. */
const OBJECT_IN_USE = '55006';
const CLONE_DEADLINE_MS = 30_000;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Runs one statement as the administrator; rows as plain objects. */
async function administer(
  sql: string,
  values: readonly unknown[] = [],
): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: adminDatabaseUrl() });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}

function addressOf(name: string): TestDatabase {
  const url = new URL(adminDatabaseUrl());
  url.pathname = `/${name}`;
  return { name, url: url.href };
}

async function clone(name: string): Promise<void> {
  const until = Date.now() + CLONE_DEADLINE_MS;
  for (;;) {
    try {
      await administer(`CREATE DATABASE ${quoted(name)} TEMPLATE ${quoted(templateDatabase())}`);
      return;
    } catch (error) {
      const busy = error instanceof Error && 'code' in error && error.code === OBJECT_IN_USE;
      if (!busy || Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** The database of this Jest worker, cloned on first use. Tests keep apart by organization. */
export async function workerDatabase(): Promise<TestDatabase> {
  // The template's own number is part of the name: a newly migrated template never meets an old clone.
  const [template] = await administer('SELECT oid::text AS oid FROM pg_database WHERE datname = $1', [
    templateDatabase(),
  ]);
  if (!template) throw new Error(`The template database ${templateDatabase()} does not exist.`);
  const name = `hot_test_${String(template['oid'])}_${workerNumber()}`;
  const found = await administer('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (found.length === 0) await clone(name);
  return addressOf(name);
}

/** A clone that nobody else sees. Drop it when done. */
export async function freshDatabase(): Promise<TestDatabase> {
  const name = `hot_fresh_${randomBytes(6).toString('hex')}`;
  await clone(name);
  return addressOf(name);
}

/** An empty database without any table: for tests of the migrations themselves. */
export async function emptyDatabase(): Promise<TestDatabase> {
  const name = `hot_empty_${randomBytes(6).toString('hex')}`;
  await administer(`CREATE DATABASE ${quoted(name)}`);
  return addressOf(name);
}

/** Drops it, ending whatever is still connected. */
export async function dropDatabase(database: TestDatabase): Promise<void> {
  await administer(`DROP DATABASE IF EXISTS ${quoted(database.name)} WITH (FORCE)`);
}
