import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { ProgramCompiler } from './program-compiler';

/** Which compiler a process uses: the language's own, or a small one in tests of what is around it. */
@Module({})
export class ProgramCompilerModule {
  static forRoot(compiler: Type<ProgramCompiler>): DynamicModule {
    return {
      module: ProgramCompilerModule,
      global: true,
      providers: [{ provide: ProgramCompiler, useClass: compiler }],
      exports: [ProgramCompiler],
    };
  }
}
