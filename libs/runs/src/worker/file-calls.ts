/** `file.*` for running programs. Where nobody keeps files they are not available, which the library says in its words. */
import { Inject, Injectable, Optional, type OnModuleInit } from '@nestjs/common';
import { FILE_CALLS, RunFiles } from '../files.port';
import { HostFunctions } from './extension-points';

@Injectable()
export class FileCalls implements OnModuleInit {
  constructor(
    private readonly functions: HostFunctions,
    @Optional() @Inject(RunFiles) private readonly files: RunFiles | null,
  ) {}

  onModuleInit(): void {
    const { files } = this;
    if (files === null) return;
    for (const name of FILE_CALLS) {
      this.functions.register(name, (run, argsJson) => files.call(run, name, argsJson));
    }
  }
}
