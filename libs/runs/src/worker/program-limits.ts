/**
 * How much one operation of a program may make or read: the variables that the command line takes from its environment
 * as well. They travel with every start, so only what differs from what the library assumes anyway.
 */
import { defineConfig, integer, variable, type ConfigOf } from '@app/platform/config';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HostFunctions } from './extension-points';

const KIB = 1024;
const MIB = KIB * KIB;

const DEFAULTS = {
  HOT_MAX_COLLECTION_SIZE: 16_777_216,
  HOT_MAX_STRING_BYTES: 256 * MIB,
  HOT_MAX_ALLOC_BYTES: 256 * MIB,
  HOT_MAX_PARSE_INPUT_BYTES: 64 * MIB,
  HOT_MAX_REGEX_PATTERN_BYTES: 64 * KIB,
  HOT_MAX_REGEX_INPUT_BYTES: 64 * MIB,
} as const;
type Limit = keyof typeof DEFAULTS;

const limit = <N extends Limit>(name: N, what: string) =>
  variable(name, integer(DEFAULTS[name], 1, 1024 * MIB), what);

export const programLimitsConfig = defineConfig('program-limits', {
  HOT_MAX_COLLECTION_SIZE: limit('HOT_MAX_COLLECTION_SIZE', 'Elements of one collection of a program.'),
  HOT_MAX_STRING_BYTES: limit('HOT_MAX_STRING_BYTES', 'Bytes of a text that a program makes at once.'),
  HOT_MAX_ALLOC_BYTES: limit('HOT_MAX_ALLOC_BYTES', 'Bytes of Bytes that a program makes at once.'),
  HOT_MAX_PARSE_INPUT_BYTES: limit(
    'HOT_MAX_PARSE_INPUT_BYTES',
    'Bytes of JSON or XML that a program reads at once.',
  ),
  HOT_MAX_REGEX_PATTERN_BYTES: limit('HOT_MAX_REGEX_PATTERN_BYTES', 'Bytes of a regular expression.'),
  HOT_MAX_REGEX_INPUT_BYTES: limit(
    'HOT_MAX_REGEX_INPUT_BYTES',
    'Bytes of a text that a regular expression looks at.',
  ),
});

export type ProgramLimitsConfig = ConfigOf<typeof programLimitsConfig>;

@Injectable()
export class ProgramLimits implements OnModuleInit {
  constructor(
    private readonly functions: HostFunctions,
    @Inject(programLimitsConfig.token) private readonly config: ProgramLimitsConfig,
  ) {}

  onModuleInit(): void {
    for (const name of Object.keys(DEFAULTS) as Limit[])
      if (this.config[name] !== DEFAULTS[name]) this.functions.tell(name, this.config[name]);
  }
}
