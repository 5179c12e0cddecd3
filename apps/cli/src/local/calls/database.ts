/** Where local runs keep what outlives them: stores, and what is known of files. */
import { Refusal } from '@app/platform/calls';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';

const SCHEMA = `
create table if not exists store (
  id integer primary key,
  name text not null unique,
  text_search integer not null,
  embedding text
) strict;
create table if not exists entry (
  seq integer primary key autoincrement,
  store integer not null references store (id) on delete cascade,
  key_id text not null,
  key text not null,
  value text not null,
  words text,
  vector blob,
  unique (store, key_id)
) strict;
create index if not exists entry_order on entry (store, seq);
create table if not exists file (
  path text primary key,
  file_id text not null,
  content_type text,
  etag text not null,
  size integer not null,
  modified_ms real not null,
  created_at integer not null,
  updated_at integer not null
) strict;
`;

export type Row = Readonly<Record<string, SQLOutputValue>>;
type Parameter = string | number | null | Uint8Array;

export class LocalDatabase {
  private db: DatabaseSync | null = null;
  private isClosed = false;
  private readonly statements = new Map<string, StatementSync>();

  /** @param file null: in memory, gone with the run */
  constructor(private readonly file: string | null) {}

  /** The first row, or null. */
  row(sql: string, ...values: readonly Parameter[]): Row | null {
    return this.statement(sql).get(...values) ?? null;
  }

  rows(sql: string, ...values: readonly Parameter[]): readonly Row[] {
    return this.statement(sql).all(...values);
  }

  /** @returns how many rows were changed */
  run(sql: string, ...values: readonly Parameter[]): number {
    return Number(this.statement(sql).run(...values).changes);
  }

  /** All that the work writes, or nothing of it. */
  together(work: () => void): void {
    this.opened().exec('begin immediate');
    try {
      work();
      this.opened().exec('commit');
    } catch (error) {
      this.opened().exec('rollback');
      throw error;
    }
  }

  close(): void {
    this.isClosed = true;
    this.statements.clear();
    this.db?.close();
    this.db = null;
  }

  private statement(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.opened().prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }

  /** Opened for the first thing that is kept: most programs keep nothing, and leave no file behind. */
  private opened(): DatabaseSync {
    if (this.isClosed) throw new Refusal('cancelled', 'the run is over');
    if (this.db !== null) return this.db;
    if (this.file !== null) mkdirSync(dirname(this.file), { recursive: true });
    const { DatabaseSync: Database } = process.getBuiltinModule('node:sqlite');
    const db = new Database(this.file ?? ':memory:', { timeout: 5_000 });
    // Several commands may work in one folder at the same time.
    db.exec(`pragma journal_mode = wal; pragma synchronous = normal; ${SCHEMA}`);
    return (this.db = db);
  }
}
