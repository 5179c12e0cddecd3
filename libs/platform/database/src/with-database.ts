import { DataSource } from 'typeorm';
import { dataSourceOptions } from './data-source';
import type { DatabaseConfig } from './database.config';
import { Db } from './db';

/** A database for a program that does one thing and ends: without modules, and without the configuration of a server. */
export async function withDatabase<T>(
  config: DatabaseConfig,
  applicationName: string,
  work: (db: Db) => Promise<T>,
): Promise<T> {
  const source = new DataSource(dataSourceOptions(config, applicationName));
  await source.initialize();
  try {
    return await work(new Db(source));
  } finally {
    await source.destroy();
  }
}
