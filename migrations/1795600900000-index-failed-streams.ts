import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The app lists failed streams among many that settled. Partial: streams without a failure, nearly all, are not in it,
 * and their updates stay within their page.
 */
export class IndexFailedStreams1795600900000 implements MigrationInterface {
  name = 'IndexFailedStreams1795600900000';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`CREATE INDEX stream_failed_idx ON hot.stream (env_id, stream_id) WHERE failed_runs > 0`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP INDEX hot.stream_failed_idx`);
  }
}
