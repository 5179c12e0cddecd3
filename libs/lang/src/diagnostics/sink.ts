import type { Span } from '../source/span';
import type { Code } from './codes';
import type { Diagnostic, Severity } from './diagnostic';

/** More than this helps nobody; a broken generated file could otherwise produce millions. */
const MAX_DIAGNOSTICS = 1000;

/** Collects the diagnostics of one compilation. */
export class DiagnosticSink {
  private readonly list: Diagnostic[] = [];
  private errors = 0;

  error(code: Code, message: string, file: number, at: Span): void {
    this.errors++;
    this.add('error', code, message, file, at);
  }

  warn(code: Code, message: string, file: number, at: Span): void {
    this.add('warning', code, message, file, at);
  }

  get hasErrors(): boolean {
    return this.errors > 0;
  }

  /** Errors before warnings, then by file and place. */
  sorted(): readonly Diagnostic[] {
    return [...this.list].sort(
      (a, b) =>
        Number(a.severity === 'warning') - Number(b.severity === 'warning') ||
        a.file - b.file ||
        a.start - b.start,
    );
  }

  private add(severity: Severity, code: Code, message: string, file: number, at: Span): void {
    if (this.list.length >= MAX_DIAGNOSTICS) return;
    // May be of no width, at the end of the text for one: a place beyond it would break editors.
    this.list.push({ code, severity, message, file, start: at.start, end: Math.max(at.end, at.start) });
  }
}
