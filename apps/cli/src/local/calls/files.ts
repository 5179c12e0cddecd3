/**
 * `file.*` as on the platform, for one developer: the files lie readable below `.hot/files`, and the database remembers
 * of each what a file system does not. Files that were put there by hand are files too.
 */
import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { readFile, realpath, rmdir } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { newId } from '@app/kernel';
import { bytesJson, CallArgs, Refusal } from '@app/platform/calls';
import type { LocalCalls } from './local-calls';
import type { LocalDatabase, Row } from './database';
import { filesBelow, readWhole, removeFile, statFile, writeWhole } from './disk';
import { contentTypeOf, filePath, filePrefix, metaJson, seconds, type FileFacts } from './file-paths';

const etagOf = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');

export class LocalFiles {
  /** Writes of one path follow each other, so that file and record belong together. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly db: LocalDatabase,
    private readonly root: () => Promise<string>,
    private readonly maxBytes: number,
  ) {}

  readonly calls: LocalCalls = {
    'file.read': (json) => this.read(new CallArgs(json)),
    'file.write': (json) => this.inTurn(() => this.write(new CallArgs(json))),
    'file.delete': (json) => this.inTurn(() => this.delete(new CallArgs(json))),
    'file.stat': (json) => this.stat(new CallArgs(json)),
    'file.list': (json) => this.list(new CallArgs(json)),
  };

  private async read(args: CallArgs): Promise<string> {
    const given = args.text('path');
    return bytesJson(await readWhole(await this.onDisk(filePath(given)), given));
  }

  private async write(args: CallArgs): Promise<string> {
    const path = filePath(args.text('path'));
    const bytes = args.bytes('bytes');
    if (bytes.length > this.maxBytes)
      throw new Refusal('quota', `A file may have at most ${this.maxBytes} bytes here`);
    const file = await this.onDisk(path);
    await this.unchanged(path, args.value('ifEtag'));
    await writeWhole(file, path, bytes);
    const found = await statFile(file);
    if (found === null) throw new Refusal('io', `${path} is gone again`);
    const type = args.value('contentType');
    const facts = { etag: etagOf(bytes), contentType: typeof type === 'string' ? type : contentTypeOf(path) };
    return metaJson(this.remember(path, found, facts, Date.now()));
  }

  private async unchanged(path: string, ifEtag: unknown): Promise<void> {
    if (typeof ifEtag !== 'string') return;
    // An empty one: that nothing is there.
    const is = (await this.facts(path))?.etag ?? '';
    if (is !== ifEtag) throw new Refusal('conflict', `${path} has been changed meanwhile`);
  }

  private async delete(args: CallArgs): Promise<string> {
    const path = filePath(args.text('path'));
    const file = await this.onDisk(path);
    const was = await removeFile(file);
    this.db.run('delete from file where path = ?', path);
    if (was) await this.removeEmpty(dirname(file));
    return String(was);
  }

  private async stat(args: CallArgs): Promise<string> {
    const facts = await this.facts(filePath(args.text('path')));
    return facts === null ? 'null' : metaJson(facts);
  }

  private async list(args: CallArgs): Promise<string> {
    const prefix = filePrefix(args.text('prefix'));
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    const below = await filesBelow(join(await this.root(), folder), prefix.slice(folder.length));
    const all: string[] = [];
    for (const path of below) {
      const facts = await this.facts(folder + path);
      if (facts !== null) all.push(metaJson(facts));
    }
    return `[${all.join(',')}]`;
  }

  private async facts(path: string): Promise<FileFacts | null> {
    const file = await this.onDisk(path);
    const found = await statFile(file);
    if (found === null) return null;
    const known = this.db.row('select * from file where path = ?', path);
    if (known !== null && known['size'] === found.size && known['modified_ms'] === found.mtimeMs)
      return factsOf(known);
    // Put there, or changed, by somebody else.
    const etag = etagOf(await readFile(file));
    return this.remember(path, found, { etag, contentType: contentTypeOf(path) }, found.mtimeMs);
  }

  /** An overwritten file keeps its id and its day of birth. */
  private remember(
    path: string,
    found: Stats,
    { etag, contentType }: Pick<FileFacts, 'contentType'> & { readonly etag: string },
    atMs: number,
  ): FileFacts {
    this.db.run(
      `insert into file (path, file_id, content_type, etag, size, modified_ms, created_at, updated_at)
       values (?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (path) do update set content_type = excluded.content_type, etag = excluded.etag,
         size = excluded.size, modified_ms = excluded.modified_ms, updated_at = excluded.updated_at`,
      path,
      newId(),
      contentType,
      etag,
      found.size,
      found.mtimeMs,
      seconds(atMs),
      seconds(atMs),
    );
    return factsOf(this.db.row('select * from file where path = ?', path) ?? {});
  }

  /** A link may lead out of the storage where a path may not. */
  private async onDisk(path: string): Promise<string> {
    const root = await this.root();
    const file = join(root, path);
    for (let at = file; at.length > root.length; at = dirname(at)) {
      const real = await realpath(at).catch(() => null);
      if (real === null) continue;
      if (!real.startsWith((await realpath(root)) + sep))
        throw new Refusal('denied', 'Path escapes storage root');
      break;
    }
    return file;
  }

  /** Directories are only where files are. */
  private async removeEmpty(folder: string): Promise<void> {
    const root = await this.root();
    for (let at = folder; at.length > root.length; at = dirname(at)) {
      try {
        await rmdir(at);
      } catch {
        return;
      }
    }
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined);
    return mine;
  }
}

function factsOf(row: Row): FileFacts {
  const type = row['content_type'];
  return {
    fileId: String(row['file_id']),
    path: String(row['path']),
    size: Number(row['size']),
    etag: String(row['etag']),
    contentType: typeof type === 'string' ? type : null,
    backend: 'local',
    createdAt: Number(row['created_at']),
    updatedAt: Number(row['updated_at']),
  };
}
