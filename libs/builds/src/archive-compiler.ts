import { openBundle } from '@app/bundle';
import { BlobStore } from '@app/platform/storage';
import { Injectable } from '@nestjs/common';
import { CompileError, ProgramCompiler, type CompiledProgram } from './program-compiler';

/** Uploaded archives → compiled programs. */
@Injectable()
export class ArchiveCompiler {
  constructor(
    private readonly store: BlobStore,
    private readonly compiler: ProgramCompiler,
  ) {}

  /**
   * @param key of the archive in storage, null when it is known to be gone
   * @throws BundleError, CompileError
   */
  async compile(key: string | null): Promise<CompiledProgram> {
    let manifest: unknown;
    const parse = (text: string): unknown => (manifest = this.compiler.parseManifest(text));
    const bundle = key === null ? null : await this.store.withFile(key, (path) => openBundle(path, parse));
    if (bundle === null) throw new CompileError('The archive is gone from storage; upload it again');
    const compiled = await this.compiler.compile(bundle.sources, manifest);
    // What its maker wrote down is taken where there is some.
    return { ...compiled, docs: { ...compiled.docs, ...usable(bundle.docs) } };
  }
}

const MAX_DOCS_CHARACTERS = 4 * 1024 * 1024;

function usable(docs: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(docs).filter(([, text]) => text.length <= MAX_DOCS_CHARACTERS && isObject(text)),
  );
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
