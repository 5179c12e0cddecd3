import type { ParseArgsOptionsConfig } from 'node:util';

/** One verb of the command line. */
export interface Command {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** How it is typed, for its own help. */
  readonly usage: string;
  readonly options: ParseArgsOptionsConfig;
  /** Exit code. Throws UsageError (2) or CommandError (1). */
  run(input: CommandInput): Promise<number>;
}

export interface CommandInput {
  readonly cwd: string;
  readonly positionals: readonly string[];
  readonly flags: Flags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: Output;
}

/** Results go to stdout, everything that tells of the way there to stderr: output can be piped. */
export interface Output {
  print(line: string): void;
  note(line: string): void;
  /** What a program writes itself, as it is. */
  write(stream: 'out' | 'err', text: string): void;
  /** Whether stdout is a terminal: colours, and no more than what a person reads. */
  readonly isTerminal: boolean;
}

/** The parsed options, asked for by name and kind. */
export class Flags {
  constructor(private readonly values: Readonly<Record<string, unknown>>) {}

  text(name: string): string | undefined {
    const value = this.values[name];
    return typeof value === 'string' ? value : undefined;
  }

  texts(name: string): readonly string[] {
    const value = this.values[name];
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  }

  on(name: string): boolean {
    return this.values[name] === true;
  }

  /** A whole number, or the default. */
  count(name: string, fallback: number): number {
    const value = this.text(name);
    if (value === undefined || !/^\d{1,9}$/.test(value)) return fallback;
    return Number(value);
  }
}
