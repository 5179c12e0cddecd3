/** Reads metadata maps and reports values of the wrong kind, naming key and function. */
import type { MetaValue, Program } from '../analyse/program';
import { DiagnosticSink } from '../diagnostics/sink';
import type { Code } from '../diagnostics/codes';
import type { Span } from '../source/span';
import { metaGet } from '../analyse/metadata';
import type { Located } from './model';

export interface Extractor {
  readonly program: Program;
  readonly sink: DiagnosticSink;
}

/** Where metadata stands and whose it is. */
export interface Owner {
  readonly fullName: string;
  readonly file: number;
  readonly at: Span;
}

export function complain(x: Extractor, owner: Owner, message: string, code: Code = 'invalid-metadata'): void {
  x.sink.error(code, message, owner.file, owner.at);
}

export function locate(program: Program, owner: Owner): Located {
  const file = program.files[owner.file];
  if (!file) return { file: '', line: 1, column: 1, position: 0 };
  const { line, column } = file.placeAt(owner.at.start);
  return { file: file.name, line, column, position: file.byteOffset(owner.at.start) };
}

export class MetaReader {
  constructor(
    private readonly x: Extractor,
    private readonly owner: Owner,
    private readonly meta: MetaValue | null,
    /** For messages: `webhook.`, or ''. */
    private readonly prefix: string,
  ) {}

  get(key: string): MetaValue | null {
    const value = metaGet(this.meta, key);
    return value?.type === 'null' ? null : value;
  }

  has(key: string): boolean {
    return this.get(key) !== null;
  }

  str(key: string): string | null {
    const value = this.get(key);
    if (value === null || value.type === 'str') return value?.value ?? null;
    this.wrong(key, 'a Str');
    return null;
  }

  requiredStr(key: string): string | null {
    if (!this.has(key)) {
      complain(this.x, this.owner, `'${this.owner.fullName}': ${this.prefix}${key} is missing`);
      return null;
    }
    const value = this.str(key);
    if (value === null || value.trim() !== '') return value;
    complain(this.x, this.owner, `'${this.owner.fullName}': ${this.prefix}${key} is empty`);
    return null;
  }

  bool(key: string, otherwise: boolean): boolean {
    const value = this.get(key);
    if (value === null) return otherwise;
    if (value.type === 'bool') return value.value;
    this.wrong(key, 'a Bool');
    return otherwise;
  }

  /** A whole number ≥ 0. */
  count(key: string, otherwise: number): number {
    const value = this.get(key);
    if (value === null) return otherwise;
    if (value.type === 'int' && value.value >= 0n && value.value <= BigInt(Number.MAX_SAFE_INTEGER)) {
      return Number(value.value);
    }
    this.wrong(key, 'an Int that is not negative');
    return otherwise;
  }

  oneOf<T extends string>(key: string, allowed: readonly T[], otherwise: T): T {
    const value = this.str(key);
    if (value === null) return otherwise;
    const found = allowed.find((one) => one === value);
    if (found) return found;
    const list = allowed.map((one) => `"${one}"`).join(', ');
    complain(
      this.x,
      this.owner,
      `'${this.owner.fullName}': ${this.prefix}${key} is "${value}", not one of ${list}`,
    );
    return otherwise;
  }

  strings(key: string): readonly string[] {
    const value = this.get(key);
    if (value === null) return [];
    if (value.type === 'vec') {
      const texts = value.items.flatMap((item) => (item.type === 'str' ? [item.value] : []));
      if (texts.length === value.items.length) return texts;
    }
    this.wrong(key, 'a Vec of Str');
    return [];
  }

  map(key: string): MetaReader | null {
    const value = this.get(key);
    if (value === null) return null;
    if (value.type === 'map') return new MetaReader(this.x, this.owner, value, `${this.prefix}${key}.`);
    this.wrong(key, 'a Map');
    return null;
  }

  wrong(key: string, expected: string): void {
    complain(this.x, this.owner, `'${this.owner.fullName}': ${this.prefix}${key} must be ${expected}`);
  }
}
