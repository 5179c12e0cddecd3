/**
 * The calls `sqlite.*` of one program: a database is a stored file, worked on as a copy and written back when the
 * program says so, provided that nobody else has changed the file meanwhile.
 */
import { createHash } from 'node:crypto';
import { bytesJson, CallArgs, Refusal } from '@app/platform/calls';

export const SQLITE_CALLS = [
  'sqlite.open',
  'sqlite.execute',
  'sqlite.query',
  'sqlite.sync',
  'sqlite.close',
] as const;
export type SqliteCall = (typeof SQLITE_CALLS)[number];

/** A copy at work somewhere. Rejects with what the program is told. */
export interface OpenCopy {
  /** Not after it was closed, or its process was lost. */
  isAlive(): boolean;
  execute(sql: string, params: string): Promise<string>;
  query(sql: string, params: string): Promise<string>;
  content(): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface SqlitePlace {
  /** The calls of files: JSON in, JSON out. */
  file(name: 'file.read' | 'file.write' | 'file.stat', argsJson: string): Promise<string>;
  open(content: Uint8Array, readOnly: boolean): Promise<OpenCopy>;
  /** Of a database that is written back. */
  readonly maxBytes: number;
  /** At the same time. */
  readonly maxOpen: number;
}

interface Connection {
  readonly copy: OpenCopy;
  readonly path: string;
  readonly readOnly: boolean;
  /** Of the file as it was read or written last; empty while there is none. */
  etag: string;
  /** Of what is in the file. */
  digest: string;
  /** The call that came last: those of one connection are answered one after the other. */
  last: Promise<unknown>;
}

const EMPTY = new Uint8Array(0);
const digestOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('base64');

export class ProgramSqlite {
  private readonly opened = new Map<string, Connection>();
  private opening = 0;
  private next = 1;

  constructor(private readonly place: SqlitePlace) {}

  async call(name: SqliteCall, argsJson: string): Promise<string> {
    const args = new CallArgs(argsJson);
    if (name === 'sqlite.open') return this.open(args.text('path'), args.value('readOnly') === true);
    const id = args.text('id');
    return this.inTurn(id, async (connection) => {
      switch (name) {
        case 'sqlite.execute':
          return connection.copy.execute(args.text('sql'), args.raw('params') ?? '[]');
        case 'sqlite.query':
          return connection.copy.query(args.text('sql'), args.raw('params') ?? '[]');
        case 'sqlite.sync':
          await this.sync(connection);
          return 'true';
        case 'sqlite.close':
          await this.sync(connection);
          this.opened.delete(id);
          await connection.copy.close();
          return 'true';
      }
    });
  }

  private async open(path: string, readOnly: boolean): Promise<string> {
    for (const [id, { copy }] of this.opened) if (!copy.isAlive()) this.opened.delete(id);
    if (this.opened.size + this.opening >= this.place.maxOpen)
      throw new Refusal('quota', `more than ${this.place.maxOpen} databases are open`);
    this.opening += 1;
    try {
      const etag = await this.etagOf(path);
      if (etag === null && readOnly) throw new Refusal('not_found', `'${path}' does not exist`);
      const content = etag === null ? EMPTY : await this.read(path);
      const copy = await this.place.open(content, readOnly);
      const id = String(this.next++);
      const digest = digestOf(content);
      this.opened.set(id, { copy, path, readOnly, etag: etag ?? '', digest, last: Promise.resolve() });
      return `{"id":"${id}"}`;
    } finally {
      this.opening -= 1;
    }
  }

  private inTurn(id: string, work: (connection: Connection) => Promise<string>): Promise<string> {
    const connection = this.of(id);
    // It may have been closed by the call before.
    const answer = connection.last.then(() => work(this.of(id)));
    connection.last = answer.catch(() => undefined);
    return answer;
  }

  private of(id: string): Connection {
    const connection = this.opened.get(id);
    if (connection === undefined) throw new Refusal('invalid', 'the database is closed');
    return connection;
  }

  private async sync(connection: Connection): Promise<void> {
    const { copy, path, readOnly, etag } = connection;
    const content = await copy.content();
    if (readOnly) return;
    const { maxBytes } = this.place;
    if (content.length > maxBytes)
      throw new Refusal(
        'quota',
        `'${path}' would have ${content.length} bytes; a program opens at most ${maxBytes}`,
      );
    const digest = digestOf(content);
    if (etag !== '' && digest === connection.digest) return;
    const bytes = bytesJson(Buffer.from(content.buffer, content.byteOffset, content.byteLength));
    const given = JSON.stringify({ path, contentType: 'application/vnd.sqlite3', ifEtag: etag });
    const answer = await this.place.file('file.write', `${given.slice(0, -1)},"bytes":${bytes}}`);
    connection.etag = (JSON.parse(answer) as { readonly etag?: string }).etag ?? '';
    connection.digest = digest;
  }

  private async etagOf(path: string): Promise<string | null> {
    const answer = await this.place.file('file.stat', JSON.stringify({ path }));
    const known = JSON.parse(answer) as { readonly etag?: string } | null;
    return known === null ? null : (known.etag ?? '');
  }

  private async read(path: string): Promise<Uint8Array> {
    const answer = await this.place.file('file.read', JSON.stringify({ path }));
    return new CallArgs(`{"bytes":${answer}}`).bytes('bytes');
  }
}
