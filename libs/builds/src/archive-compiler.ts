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
    return this.compiler.compile(bundle.sources, manifest);
  }
}
