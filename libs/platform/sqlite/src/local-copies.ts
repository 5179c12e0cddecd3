/** Copies in this very process, whose statements nobody can interrupt: for programs on somebody's own machine. */
import type { OpenCopy } from './program-sqlite';
import { SqliteCopy } from './sqlite-copy';

const ENDLESS = { valueBytes: Infinity, rows: Infinity, answerChars: Infinity };

export class LocalCopies {
  private readonly copies = new Set<SqliteCopy>();

  /** Throws what SQLite says of a content that is no database. */
  open(content: Uint8Array, readOnly: boolean): OpenCopy {
    const copy = new SqliteCopy(content, readOnly, ENDLESS);
    this.copies.add(copy);
    return {
      isAlive: () => this.copies.has(copy),
      execute: async (sql, params) => Promise.resolve(copy.execute(sql, params)),
      query: async (sql, params) => Promise.resolve(copy.query(sql, params)),
      content: async () => Promise.resolve(copy.content()),
      close: async () => {
        this.copies.delete(copy);
        copy.close();
        return Promise.resolve();
      },
    };
  }

  /** What was not written back is gone. */
  close(): void {
    for (const copy of this.copies) copy.close();
    this.copies.clear();
  }
}
