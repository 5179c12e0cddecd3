/** `tokenizer.count` for running programs: how many tokens a text has for a model. */
import { tokenizerCount } from '@app/platform/tokens';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HostFunctions } from './extension-points';

@Injectable()
export class TokenCalls implements OnModuleInit {
  constructor(private readonly functions: HostFunctions) {}

  onModuleInit(): void {
    this.functions.register('tokenizer.count', (_run, argsJson, signal) => tokenizerCount(argsJson, signal));
  }
}
