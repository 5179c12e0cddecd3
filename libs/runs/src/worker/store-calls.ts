/** `store.*` for running programs. Where nobody keeps stores they are not available, which the library says in its words. */
import { Inject, Injectable, Optional, type OnModuleInit } from '@nestjs/common';
import { RunStores, STORE_CALLS } from '../stores.port';
import { HostFunctions } from './extension-points';

@Injectable()
export class StoreCalls implements OnModuleInit {
  constructor(
    private readonly functions: HostFunctions,
    @Optional() @Inject(RunStores) private readonly stores: RunStores | null,
  ) {}

  onModuleInit(): void {
    const { stores } = this;
    if (stores === null) return;
    for (const name of STORE_CALLS) {
      this.functions.register(name, (run, argsJson, signal) => stores.call(run, name, argsJson, signal));
    }
  }
}
