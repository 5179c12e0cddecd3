import type { Code } from './codes';

export type Severity = 'error' | 'warning';

/** Something wrong with the text. `file` is an index into the program's files; -1: no place at all. */
export interface Diagnostic {
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  readonly file: number;
  readonly start: number;
  readonly end: number;
}
