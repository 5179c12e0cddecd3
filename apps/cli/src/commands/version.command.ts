import { ENGINE_VERSION, HOT_STD_VERSION } from '@app/bundle';
import type { Command } from './command';

export const versionCommand: Command = {
  name: 'version',
  summary: 'print the versions of language and library',
  usage: 'hot version',
  options: {},
  run({ out }) {
    out.print(`hot ${ENGINE_VERSION} (library ${HOT_STD_VERSION})`);
    return Promise.resolve(0);
  },
};
