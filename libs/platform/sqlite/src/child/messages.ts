/** What worker and child say to each other; bytes cross as they are. One request is answered before the next is sent. */
import type { RefusalCode } from '@app/platform/calls';

export type SqliteRequest =
  | { readonly op: 'open'; readonly copy: number; readonly content: Uint8Array; readonly readOnly: boolean }
  | { readonly op: 'execute' | 'query'; readonly copy: number; readonly sql: string; readonly params: string }
  | { readonly op: 'content' | 'close'; readonly copy: number };

export type SqliteAnswer =
  | { readonly ok: true; readonly value: string | Uint8Array }
  | { readonly ok: false; readonly code: RefusalCode; readonly message: string };

/** The only argument of the child, as JSON. */
export interface SqliteChildSettings {
  /** Of everything in the process: SQLite takes its memory outside of the heap and knows no limit for it. */
  readonly memoryMb: number;
  readonly valueBytes: number;
  readonly rows: number;
  readonly answerChars: number;
}
