/** A database in memory: the copy of a file. Statements reach nothing but this one database. */
import {
  constants,
  DatabaseSync,
  type SQLInputValue,
  type SQLOutputValue,
  type StatementSync,
} from 'node:sqlite';
import { bytesJson, elementsOf, membersOf, Refusal } from '@app/platform/calls';
import { isEmptySql, parametersIn } from './sqlite-sql';

/** Of one copy. All of them may be endless. */
export interface CopyLimits {
  /** Bytes of one text or blob, and of a statement. */
  readonly valueBytes: number;
  readonly rows: number;
  /** Characters of JSON. */
  readonly answerChars: number;
}

type Bound = readonly [named: Readonly<Record<string, SQLInputValue>>, ...rest: SQLInputValue[]];

const OPEN_TRANSACTION = 'a transaction is open — COMMIT or ROLLBACK before sync/close';

export class SqliteCopy {
  private readonly db: DatabaseSync;

  /** @param content of the file; empty: a new database */
  constructor(
    content: Uint8Array,
    readOnly: boolean,
    private readonly limits: CopyLimits,
  ) {
    const { valueBytes } = limits;
    const bounded = Number.isFinite(valueBytes) && { limits: { length: valueBytes, sqlLength: valueBytes } };
    this.db = new DatabaseSync(':memory:', { timeout: 5_000, enableForeignKeyConstraints: true, ...bounded });
    // Sorting must not spill into files that nobody knows of.
    this.db.exec('pragma temp_store = memory');
    if (content.length > 0) {
      this.db.deserialize(rollbackJournal(content));
      this.db.exec('select count(*) from sqlite_schema; pragma foreign_keys = on');
    }
    if (readOnly) this.db.exec('pragma query_only = on');
    confine(this.db, readOnly);
  }

  /** @param params JSON text of a list */
  execute(sql: string, params: string): string {
    const [statement, [named, ...rest]] = this.prepared(sql, params);
    const { changes, lastInsertRowid } = statement.run(named, ...rest);
    return `{"rows-affected":${changes},"last-insert-id":${lastInsertRowid}}`;
  }

  query(sql: string, params: string): string {
    const [statement, [named, ...rest]] = this.prepared(sql, params);
    const rows: string[] = [];
    let chars = 0;
    for (const row of statement.iterate(named, ...rest)) {
      const cells = Object.entries(row).map(([name, value]) => `${JSON.stringify(name)}:${cellJson(value)}`);
      const text = `{${cells.join(',')}}`;
      chars += text.length + 1;
      if (rows.length >= this.limits.rows)
        throw new Refusal('quota', `the answer has more than ${this.limits.rows} rows`);
      if (chars > this.limits.answerChars)
        throw new Refusal('quota', `the answer has more than ${this.limits.answerChars} characters`);
      rows.push(text);
    }
    return `[${rows.join(',')}]`;
  }

  /** As it would be in a file. Not in the middle of a transaction. */
  content(): Uint8Array {
    if (this.db.isTransaction) throw new Refusal('invalid', OPEN_TRANSACTION);
    return this.db.serialize();
  }

  close(): void {
    this.db.close();
  }

  private prepared(sql: string, params: string): readonly [StatementSync, Bound] {
    const values = elementsOf(params).map(inputOf);
    if (isEmptySql(sql)) throw new Refusal('invalid', 'there is no statement');
    const statement = this.db.prepare(sql);
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
}

/** A database in memory keeps no log beside it: a file that asks for one is read as one that does not. */
function rollbackJournal(content: Uint8Array): Uint8Array {
  if (content[18] !== 2 && content[19] !== 2) return content;
  const copy = content.slice();
  copy[18] = copy[19] = 1;
  return copy;
}

const ATTACHING = new Set([constants.SQLITE_ATTACH, constants.SQLITE_DETACH]);
const FIXED = new Set(['temp_store', 'temp_store_directory']);

/** No other file, neither by ATTACH nor by what is built on it, nor for sorting. */
function confine(db: DatabaseSync, readOnly: boolean): void {
  db.setAuthorizer((action, name) => {
    const pragma = action === constants.SQLITE_PRAGMA ? (name?.toLowerCase() ?? '') : '';
    const isClosed = ATTACHING.has(action) || FIXED.has(pragma) || (readOnly && pragma === 'query_only');
    return isClosed ? constants.SQLITE_DENY : constants.SQLITE_OK;
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
