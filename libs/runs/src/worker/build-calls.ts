/** `resource.*` and `info.version` for running programs: what came with their build, and what runs it. */
import { BuildResources } from '@app/builds';
import { ENGINE_VERSION } from '@app/bundle';
import { Inject, Injectable, Optional, type OnModuleInit } from '@nestjs/common';
import { HostCallFailure, HostFunctions, type RunFacts } from './extension-points';

/** The program gets the whole content. */
const LARGEST_BYTES = 16 * 1024 * 1024;

@Injectable()
export class BuildCalls implements OnModuleInit {
  constructor(
    private readonly functions: HostFunctions,
    @Optional() @Inject(BuildResources) private readonly resources: BuildResources | null,
  ) {}

  onModuleInit(): void {
    const version = JSON.stringify({ version: ENGINE_VERSION, gitSha: 'unknown' });
    this.functions.register('info.version', () => Promise.resolve(version));
    const { resources } = this;
    if (resources === null) return;
    this.functions.register('resource.list', async (run) =>
      JSON.stringify((await resources.list(run, run.target.buildId)) ?? gone()),
    );
    this.functions.register('resource.read', (run, argsJson) => read(resources, run, argsJson));
  }
}

async function read(resources: BuildResources, run: RunFacts, argsJson: string): Promise<string> {
  const { path } = JSON.parse(argsJson) as { readonly path?: unknown };
  if (typeof path !== 'string') throw new HostCallFailure('invalid', 'path must be a string');
  const { buildId } = run.target;
  const ref = ((await resources.list(run, buildId)) ?? gone()).find((each) => each.path === path);
  if (ref === undefined) return 'null';
  if (ref.size > LARGEST_BYTES) {
    const limit = `a program reads at most ${LARGEST_BYTES} at once`;
    throw new HostCallFailure('quota', `${path} has ${ref.size} bytes; ${limit}`);
  }
  const bytes = (await resources.read(run, buildId, path)) ?? gone();
  return JSON.stringify({ $type: '::hot::type/Bytes', $val: bytes.toString('base64') });
}

function gone(): never {
  throw new HostCallFailure('io', 'The archive of the build is gone from storage; upload it again');
}
