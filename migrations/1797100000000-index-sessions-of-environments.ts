import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The app lists the sessions of an environment, whatever their state and whoever made them. */
export class IndexSessionsOfEnvironments1797100000000 implements MigrationInterface {
  name = 'IndexSessionsOfEnvironments1797100000000';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`CREATE INDEX session_env_idx ON hot.session (env_id, created_at DESC)`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP INDEX hot.session_env_idx`);
  }
}
