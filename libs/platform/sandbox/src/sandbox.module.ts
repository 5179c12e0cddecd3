import { processConfig, type ProcessConfig } from '@app/platform/config';
import { Inject, Logger, Module, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { resolve } from 'node:path';
import { ChildPool } from './pool/child-pool';
import { poolSettings } from './pool/settings';
import { SANDBOX, TASK_SANDBOX, type Sandbox } from './port';
import { sandboxConfig, type SandboxConfig } from './sandbox.config';

const inject = [sandboxConfig.token, processConfig.token];

const providers: Provider[] = [
  {
    provide: SANDBOX,
    inject,
    useFactory: (config: SandboxConfig, processes: ProcessConfig): Sandbox =>
      poolOf(config, processes, config.children),
  },
  {
    // No process is started before the first task.
    provide: TASK_SANDBOX,
    inject,
    useFactory: (config: SandboxConfig, processes: ProcessConfig): Sandbox =>
      poolOf(config, processes, config.taskChildren),
  },
];

/** The pools of a worker: one for runs of events and calls, one for tasks. */
@Module({ providers, exports: [SANDBOX, TASK_SANDBOX] })
export class SandboxModule implements OnApplicationShutdown {
  constructor(
    @Inject(SANDBOX) private readonly runs: Sandbox,
    @Inject(TASK_SANDBOX) private readonly tasks: Sandbox,
  ) {}

  /** The worker drains its runs before this; whatever is left ends with the process. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.runs.close(0), this.tasks.close(0)]);
  }
}

function poolOf(config: SandboxConfig, { mode }: ProcessConfig, children: number): Sandbox {
  const log = new Logger('Sandbox');
  return new ChildPool(
    poolSettings({
      childPath: resolve(__dirname, 'child/main.js'),
      runtimePath: resolve(config.runtimePath ?? resolve(__dirname, '../../../../lang-runtime.js')),
      children,
      spareChildren: config.spareChildren,
      memoryMb: config.memoryMb,
      idleMs: config.idleMs,
      recycleAfterRuns: config.recycleAfterRuns,
      isolateOrgs: config.isolation === 'org' || (config.isolation === 'auto' && mode === 'production'),
      log: (event, facts) => log.warn({ event, ...facts }),
    }),
  );
}
