import { ProgramCompiler, type CompiledProgram } from '@app/builds';

/**
 * This process neither takes uploads nor loads builds, so it carries no compiler. Asked all the same, which would be a
 * mistake in the wiring, it says so.
 */
export class NoCompiler extends ProgramCompiler {
  override parseManifest(): never {
    throw new Error('The server of the app reads no manifests');
  }

  override accepts(): boolean {
    return false;
  }

  override compile(): Promise<CompiledProgram> {
    return Promise.reject(new Error('The server of the app compiles nothing'));
  }
}
