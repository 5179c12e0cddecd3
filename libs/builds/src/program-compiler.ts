import type { SourceText } from '@app/bundle';
import type { BuildDefinitions } from './definitions';

/** A compiled build: the artifact's JSON bytes and what the sources declare. */
export interface CompiledProgram {
  /** Identity of the artifact: over the sources and the compiler. */
  readonly artifactHash: string;
  /** JSON, and behind it what the engine made of its code (`splitArtifact`). */
  readonly artifact: Buffer;
  readonly definitions: BuildDefinitions;
  /** JSON texts by package; the project is `''`. */
  readonly docs: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

/** The sources are wrong. The message names file, line and column of the first error, and is safe to show. */
export class CompileError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CompileError';
  }
}

/** What builds need of the language. */
export abstract class ProgramCompiler {
  /** Names the version: compilers of one id make the same artifact of the same sources. Letters, digits, `.+-`. */
  abstract readonly id: string;

  /** Reads manifest.hot as data; nothing is evaluated. Throws an Error that says what is wrong and where. */
  abstract parseManifest(text: string): unknown;

  /** Whether this compiler would make the same artifact again, so that the stored one can be used. */
  abstract accepts(artifact: Buffer): boolean;

  /** Throws CompileError. `manifest` is what parseManifest made of it; where it differs, a warning says so. */
  abstract compile(sources: readonly SourceText[], manifest: unknown): Promise<CompiledProgram>;
}
