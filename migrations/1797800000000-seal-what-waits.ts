import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Secrets in what is executed later: messages and checkpoints of tasks, arguments of schedules. As for events, the text
 * beside reads `"<secret>"` in their place, and `sealed` holds the originals: `<id> <envelope>`.
 */
export class SealWhatWaits1797800000000 implements MigrationInterface {
  name = 'SealWhatWaits1797800000000';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE hot.task_message ADD COLUMN sealed text`);
    await q.query(`ALTER TABLE hot.task ADD COLUMN checkpoint_sealed text`);
    await q.query(`ALTER TABLE hot.schedule ADD COLUMN sealed text`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE hot.schedule DROP COLUMN sealed`);
    await q.query(`ALTER TABLE hot.task DROP COLUMN checkpoint_sealed`);
    await q.query(`ALTER TABLE hot.task_message DROP COLUMN sealed`);
  }
}
