import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Programs that embed texts with functions of their own search by meaning. */
export class AddStoreVectors1796400100000 implements MigrationInterface {
  name = 'AddStoreVectors1796400100000';

  async up(q: QueryRunner): Promise<void> {
    // Numbers of single precision, little-endian, one after the other, in base64: what is read by the thousand is sent as
    // text, and making hexadecimal digits of bytes took four times as long as reading them. Nothing is gained by compressing.
    await q.query(`ALTER TABLE hot.store_entry ADD COLUMN vector text`);
    await q.query(`ALTER TABLE hot.store_entry ALTER COLUMN vector SET STORAGE EXTERNAL`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE hot.store_entry DROP COLUMN vector`);
  }
}
