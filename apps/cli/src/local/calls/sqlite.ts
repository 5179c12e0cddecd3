/** `sqlite.*` on this machine: stored files, whose statements are run right here. */
import { LocalCopies, ProgramSqlite, SQLITE_CALLS } from '@app/platform/sqlite';
import type { LocalCalls } from './local-calls';

export class LocalSqlite {
  readonly calls: LocalCalls;
  private readonly copies = new LocalCopies();

  /** @param files the calls of `file.*` */
  constructor(files: LocalCalls) {
    const program = new ProgramSqlite({
      file: async (name, argsJson) => (await files[name]?.(argsJson)) ?? 'null',
      open: async (content, readOnly) => Promise.resolve(this.copies.open(content, readOnly)),
      maxBytes: Infinity,
      maxOpen: Infinity,
    });
    this.calls = Object.fromEntries(
      SQLITE_CALLS.map((name) => [name, (argsJson: string) => program.call(name, argsJson)]),
    );
  }

  /** What was not written back is gone. */
  close(): void {
    this.copies.close();
  }
}
