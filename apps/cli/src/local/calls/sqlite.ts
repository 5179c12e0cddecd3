/**
 * `sqlite.*`: a database is a stored file, worked on in memory and written back when the program says so, provided that
 * nobody else has changed the file meanwhile. Statements reach nothing but this one database.
 */
import {
  constants,
  type DatabaseSync,
  type SQLInputValue,
  type SQLOutputValue,
  type StatementSync,
} from 'node:sqlite';
import { bytesJson, CallArgs, elementsOf, membersOf, type LocalCalls } from './call-args';
import { Refusal } from './refusal';
import { isEmptySql, parametersIn } from './sqlite-sql';

interface Open {
  readonly db: DatabaseSync;
  readonly path: string;
  readonly readOnly: boolean;
  /** Of the file as it was read or written last; empty while there is none. */
  etag: string;
  /** As it is in the file. */
  content: Uint8Array;
}

type Bound = readonly [named: Readonly<Record<string, SQLInputValue>>, ...rest: SQLInputValue[]];

const OPEN_TRANSACTION = 'a transaction is open — COMMIT or ROLLBACK before sync/close';
const EMPTY = new Uint8Array(0);

export class LocalSqlite {
  private readonly opened = new Map<string, Open>();
  private next = 1;

  /** @param files the calls of `file.*` */
  constructor(private readonly files: LocalCalls) {}

  readonly calls: LocalCalls = {
    'sqlite.open': (json) => this.open(new CallArgs(json)),
    'sqlite.execute': (json) => this.execute(new CallArgs(json)),
    'sqlite.query': (json) => this.query(new CallArgs(json)),
    'sqlite.sync': async (json) => {
      await this.sync(this.of(new CallArgs(json)));
      return 'true';
    },
    'sqlite.close': async (json) => {
      const args = new CallArgs(json);
      const open = this.of(args);
      await this.sync(open);
      open.db.close();
      this.opened.delete(args.text('id'));
      return 'true';
    },
  };

  /** What was not written back is gone. */
  close(): void {
    for (const { db } of this.opened.values()) db.close();
    this.opened.clear();
  }

  private async open(args: CallArgs): Promise<string> {
    const path = args.text('path');
    const readOnly = args.value('readOnly') === true;
    const etag = await this.etagOf(path);
    if (etag === null && readOnly) throw new Refusal('not_found', `'${path}' does not exist`);
    const content =
      etag === null ? EMPTY : new CallArgs(`{"b":${await this.file('read', { path })}}`).bytes('b');
    const { DatabaseSync } = await import('node:sqlite');
    const db = new DatabaseSync(':memory:', { timeout: 5_000, enableForeignKeyConstraints: true });
    if (content.length > 0) {
      db.deserialize(rollbackJournal(content));
      db.exec('select count(*) from sqlite_schema; pragma foreign_keys = on');
    }
    if (readOnly) db.exec('pragma query_only = on');
    confine(db, readOnly);
    const id = String(this.next++);
    this.opened.set(id, { db, path, readOnly, etag: etag ?? '', content });
    return `{"id":"${id}"}`;
  }

  private of(args: CallArgs): Open {
    const open = this.opened.get(args.text('id'));
    if (open === undefined) throw new Refusal('invalid', 'the database is closed');
    return open;
  }

  private execute(args: CallArgs): string {
    const [statement, [named, ...rest]] = this.prepared(args);
    const { changes, lastInsertRowid } = statement.run(named, ...rest);
    return `{"rows-affected":${changes},"last-insert-id":${lastInsertRowid}}`;
  }

  private query(args: CallArgs): string {
    const [statement, [named, ...rest]] = this.prepared(args);
    const rows = statement.all(named, ...rest).map((row) => {
      const cells = Object.entries(row).map(([name, value]) => `${JSON.stringify(name)}:${cellJson(value)}`);
      return `{${cells.join(',')}}`;
    });
    return `[${rows.join(',')}]`;
  }

  private prepared(args: CallArgs): readonly [StatementSync, Bound] {
    const { db } = this.of(args);
    const sql = args.text('sql');
    const values = elementsOf(args.raw('params') ?? '[]').map(inputOf);
    if (isEmptySql(sql)) throw new Refusal('invalid', 'there is no statement');
    const statement = db.prepare(sql);
    if (!isEmptySql(sql.slice(statement.sourceSQL.length)))
      throw new Refusal('invalid', 'exactly one statement is run at a time');
    const names = parametersIn(statement.sourceSQL);
    if (names.length !== values.length)
      throw new Refusal('invalid', `statement expects ${names.length} parameters, got ${values.length}`);
    statement.setReadBigInts(true);
    // Node takes those with names apart from those without, to which it counts numbered ones.
    const named: Record<string, SQLInputValue> = {};
    const rest = values.filter((value, at) => {
      const name = names[at] ?? null;
      const isNamed = name !== null && !name.startsWith('?');
      if (isNamed) named[name] = value;
      return !isNamed;
    });
    return [statement, [named, ...rest]];
  }

  private async sync(open: Open): Promise<void> {
    const { db, path, readOnly } = open;
    if (db.isTransaction) throw new Refusal('invalid', OPEN_TRANSACTION);
    if (readOnly) return;
    const content = db.serialize();
    if (open.etag !== '' && Buffer.compare(content, open.content) === 0) return;
    const bytes = JSON.parse(bytesJson(Buffer.from(content))) as object;
    const args = { path, bytes, contentType: 'application/vnd.sqlite3', ifEtag: open.etag };
    const written = JSON.parse(await this.file('write', args)) as { readonly etag?: string };
    open.etag = written.etag ?? '';
    open.content = content;
  }

  private async etagOf(path: string): Promise<string | null> {
    const known = JSON.parse(await this.file('stat', { path })) as { readonly etag?: string } | null;
    return known === null ? null : (known.etag ?? '');
  }

  private async file(name: 'read' | 'write' | 'stat', args: object): Promise<string> {
    return (await this.files[`file.${name}`]?.(JSON.stringify(args))) ?? 'null';
  }
}

/** A database in memory keeps no log beside it: a file that asks for one is read as one that does not. */
function rollbackJournal(content: Uint8Array): Uint8Array {
  if (content[18] !== 2 && content[19] !== 2) return content;
  const copy = content.slice();
  copy[18] = copy[19] = 1;
  return copy;
}

/** No other file, neither by ATTACH nor by what is built on it. */
function confine(db: DatabaseSync, readOnly: boolean): void {
  const closed = new Set([constants.SQLITE_ATTACH, constants.SQLITE_DETACH]);
  db.setAuthorizer((action, name) => {
    const isPragma = action === constants.SQLITE_PRAGMA;
    const opens = isPragma && readOnly && name?.toLowerCase() === 'query_only';
    return closed.has(action) || opens ? constants.SQLITE_DENY : constants.SQLITE_OK;
  });
}

/** From JSON as it is written: `1` is an integer, `1.0` is not. */
function inputOf(json: string): SQLInputValue {
  if (/^-?\d+$/.test(json)) return BigInt(json);
  if (json === 'true' || json === 'false') return json === 'true' ? 1n : 0n;
  if (json.startsWith('{')) {
    const fields = membersOf(json);
    const value: unknown = JSON.parse(fields.get('$val') ?? 'null');
    const isBytes = fields.get('$type') === '"::hot::type/Bytes"';
    if (isBytes && typeof value === 'string') return Buffer.from(value, 'base64');
    if (isBytes && Array.isArray(value)) return Uint8Array.from(value as number[]);
  }
  const value: unknown = json.startsWith('[') ? undefined : JSON.parse(json);
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  throw new Refusal('invalid', 'parameters are Int, Dec, Str, Bytes, Bool or null');
}

function cellJson(value: SQLOutputValue): string {
  if (value === null || typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return bytesJson(Buffer.from(value));
  if (typeof value === 'string') return JSON.stringify(value);
  if (!Number.isFinite(value)) return 'null';
  const text = String(value);
  // A REAL is a Dec even when it is whole.
  return /[.e]/.test(text) ? text : `${text}.0`;
}
