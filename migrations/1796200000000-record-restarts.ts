import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What begins again in place, because the process that ran it died and it was not to blame, or because its worker ended,
 * counts no delivery. It leaves its record here, before it begins again; the end of the run takes it along to history
 * (run.info). A column without a default: no row is rewritten.
 */
export class RecordRestarts1796200000000 implements MigrationInterface {
  name = 'RecordRestarts1796200000000';

  async up(q: QueryRunner): Promise<void> {
    // JSON text: [{at, reason}]
    await q.query(`ALTER TABLE hot.dispatch ADD COLUMN restarts text`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE hot.dispatch DROP COLUMN restarts`);
  }
}
