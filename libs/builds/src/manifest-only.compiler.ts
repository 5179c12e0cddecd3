import { parseManifest } from '@app/lang';
import { ProgramCompiler, type CompiledProgram } from './program-compiler';

/** For processes that take uploads but never load builds: they read manifests and carry no compiler. */
export class ManifestOnlyCompiler extends ProgramCompiler {
  override readonly id = 'none';

  override parseManifest(text: string): unknown {
    return parseManifest(text).value;
  }

  override accepts(): boolean {
    return false;
  }

  override compile(): Promise<CompiledProgram> {
    return Promise.reject(new Error('This process compiles nothing'));
  }
}
