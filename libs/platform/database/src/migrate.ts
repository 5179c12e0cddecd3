/** Command: migrates the database named by DATABASE_URL, prints what it did, exits 1 with one sentence on failure. */
import { databaseConfig } from './database.config';
import { runMigrations } from './migrations';
import { parseSlice } from '@app/platform/config';

async function main(): Promise<void> {
  const { url } = parseSlice(databaseConfig, process.env);
  const names = await runMigrations(url);
  process.stdout.write(
    names.length === 0 ? 'The database is up to date.\n' : `Migrated: ${names.join(', ')}\n`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
