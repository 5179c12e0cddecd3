import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { DataSource, type MigrationInterface } from 'typeorm';
import { SCHEMA } from './connection';

type MigrationClass = new () => MigrationInterface;

const TABLE = 'schema_migrations';
/** Any number, the same for every process that may migrate. */
const ADVISORY_LOCK = 7_226_010_451;
// The same place in the sources and in the compiled tree.
const FOLDER = resolve(__dirname, '../../../../migrations');

export class SchemaTooNewError extends Error {
  constructor(unknown: readonly string[]) {
    super(
      `The database was migrated by a newer version of the platform (${unknown.join(', ')}). ` +
        'Start that version, or restore a backup from before the upgrade.',
    );
    this.name = 'SchemaTooNewError';
  }
}

export class SchemaTooOldError extends Error {
  constructor(missing: readonly string[]) {
    super(
      `The database lacks ${missing.length} migration(s), the first is ${missing[0]}: run the migrations first.`,
    );
    this.name = 'SchemaTooOldError';
  }
}

/**
 * Brings the database to this version's schema. Answers the names of the migrations it ran. Safe to call from several
 * processes at once: one migrates, the others wait. Throws SchemaTooNewError when the database knows migrations that we
 * do not.
 */
export async function runMigrations(url: string): Promise<readonly string[]> {
  const lock = new Client({ connectionString: url, application_name: 'hot-migrate-lock' });
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    await lock.query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
    return await migrate(url);
  } finally {
    await lock.end();
  }
}

/**
 * Throws SchemaTooOldError or SchemaTooNewError unless exactly our migrations have run: for processes about to serve.
 */
export async function assertMigrated(
  query: (sql: string) => Promise<readonly { readonly name: string }[]>,
): Promise<void> {
  const ours = migrationClasses().map((migration) => migration.name);
  const applied = await appliedMigrations(query);
  refuseNewer(applied, ours);
  const missing = ours.filter((name) => !applied.includes(name));
  if (missing.length > 0) throw new SchemaTooOldError(missing);
}

async function migrate(url: string): Promise<readonly string[]> {
  const migrations = migrationClasses();
  const source = new DataSource({
    type: 'postgres',
    url,
    schema: SCHEMA,
    applicationName: 'hot-migrate',
    migrations: [...migrations],
    migrationsTableName: TABLE,
    // 'each' lets a single migration say `transaction = false` (CREATE INDEX CONCURRENTLY).
    migrationsTransactionMode: 'each',
    logging: false,
    installExtensions: false,
    extra: { options: `-c search_path=${SCHEMA},public`, max: 2 },
  });
  await source.initialize();
  try {
    const applied = await appliedMigrations((sql) => source.query<{ name: string }[]>(sql));
    refuseNewer(
      applied,
      migrations.map((migration) => migration.name),
    );
    return (await source.runMigrations()).map((migration) => migration.name);
  } finally {
    await source.destroy();
  }
}

async function appliedMigrations(
  query: (sql: string) => Promise<readonly { readonly name: string }[]>,
): Promise<readonly string[]> {
  const table = await query(`SELECT to_regclass('${SCHEMA}.${TABLE}')::text AS name`);
  if (!table[0]?.name) return [];
  const rows = await query(`SELECT name FROM ${SCHEMA}.${TABLE} ORDER BY id`);
  return rows.map((row) => row.name);
}

function refuseNewer(applied: readonly string[], ours: readonly string[]): void {
  const unknown = applied.filter((name) => !ours.includes(name));
  if (unknown.length > 0) throw new SchemaTooNewError(unknown);
}

/** The migration classes in order of their file names. Read from the folder so that adding one is adding one file. */
function migrationClasses(): readonly MigrationClass[] {
  return readdirSync(FOLDER)
    .filter((file) => /^\d{13}-[a-z0-9-]+\.(?:ts|js)$/.test(file))
    .sort()
    .flatMap((file) => {
      // Not an import: the list is only known at run time, and both sources (tests) and compiled files are CommonJS.
      const exported: unknown = require(join(FOLDER, file));
      return Object.values(exported as object).filter(isMigration);
    });
}

function isMigration(value: unknown): value is MigrationClass {
  return typeof value === 'function' && 'prototype' in value && typeof value.prototype?.up === 'function';
}
