import { Injectable } from '@nestjs/common';
import type { AccessRecord } from '@app/platform/auth';
import { Db, statement } from '@app/platform/database';

// A crash may lose the last records: waiting for the disk with every group would be paid by all requests. The setting
// has to be referenced by the statement, or it would not be evaluated.
const INSERT = statement(
  'access_insert',
  `INSERT INTO hot.access (access_id, retention_class, env_id, api_key_id, service_key_id, session_id, user_id, source,
                           ip_address, user_agent, host, method, path, query_params)
   SELECT r.* FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[],
                          $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[]) AS r
    WHERE set_config('synchronous_commit', 'off', true) IS NOT NULL`,
);

@Injectable()
export class AccessRecordRepository {
  constructor(private readonly db: Db) {}

  async insertAll(records: readonly AccessRecord[]): Promise<void> {
    const column = <K extends keyof AccessRecord>(key: K): readonly AccessRecord[K][] =>
      records.map((record) => record[key]);
    await this.db.execute(INSERT, [
      column('accessId'),
      column('retentionClass'),
      column('envId'),
      column('apiKeyId'),
      column('serviceKeyId'),
      column('sessionId'),
      column('userId'),
      column('source'),
      column('ipAddress'),
      column('userAgent'),
      column('host'),
      column('method'),
      column('path'),
      column('queryParams'),
    ]);
  }
}
