import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a build says of itself: a document for the project ('') and for each package that came along. */
export class KeepDocumentationOfBuilds1797200000000 implements MigrationInterface {
  name = 'KeepDocumentationOfBuilds1797200000000';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE TABLE hot.build_doc (
        build_id uuid NOT NULL REFERENCES hot.build ON DELETE CASCADE,
        package text NOT NULL,
        -- JSON: namespaces with their functions, types and values
        doc text NOT NULL,
        PRIMARY KEY (build_id, package)
      )`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP TABLE hot.build_doc`);
  }
}
