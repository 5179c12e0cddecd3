import { types as pgTypes, type CustomTypesConfig } from 'pg';
import type { DatabaseConfig } from './database.config';

/** Every table lives here. */
export const SCHEMA = 'hot';

const INT8 = 20;

/** What a pg client or pool needs to talk to our database. */
export interface ConnectionSettings {
  readonly connectionString: string;
  readonly options: string;
  readonly types: CustomTypesConfig;
  readonly keepAlive: boolean;
}

export function connectionSettings(
  config: Pick<DatabaseConfig, 'url' | 'statementTimeoutMs' | 'lockTimeoutMs'>,
): ConnectionSettings {
  return {
    connectionString: config.url,
    // Session defaults travel in the start-up packet: no extra round trip, and no window without them.
    options: [
      `-c search_path=${SCHEMA},public`,
      `-c statement_timeout=${config.statementTimeoutMs}`,
      `-c lock_timeout=${config.lockTimeoutMs}`,
      '-c idle_in_transaction_session_timeout=60000',
      '-c timezone=UTC',
    ].join(' '),
    types: numbersForBigints,
    keepAlive: true,
  };
}

/** Our bigints are counts, sizes and sequences: all within 2^53, and text would only invite mistakes. */
const numbersForBigints: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 && format !== 'binary' ? Number : pgTypes.getTypeParser(oid, format ?? 'text'),
};
