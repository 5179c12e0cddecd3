import { parseSlice } from '@app/platform/config';
import { HostFunctions } from './extension-points';
import { ProgramLimits, programLimitsConfig } from './program-limits';

const told = (env: Readonly<Record<string, string>>): HostFunctions['told'] => {
  const functions = new HostFunctions();
  new ProgramLimits(functions, parseSlice(programLimitsConfig, env)).onModuleInit();
  return functions.told;
};

describe('limits of programs', () => {
  it('are told to programs under the names of the variables', () => {
    expect(told({ HOT_MAX_COLLECTION_SIZE: '10', HOT_MAX_REGEX_INPUT_BYTES: '7' })).toEqual({
      HOT_MAX_COLLECTION_SIZE: 10,
      HOT_MAX_REGEX_INPUT_BYTES: 7,
    });
  });

  it('do not travel when they are what the library assumes', () => {
    expect(told({ HOT_MAX_COLLECTION_SIZE: '16777216' })).toEqual({});
  });
});
