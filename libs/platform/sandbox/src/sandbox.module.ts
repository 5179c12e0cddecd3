import { join } from 'node:path';
import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { processConfig, type ProcessConfig } from '@app/platform/config';
import { ChildPool } from './pool/child-pool';
import { poolSettings } from './pool/settings';
import { SANDBOX, type Sandbox } from './port';
import { sandboxConfig, type SandboxConfig } from './sandbox.config';

@Module({
  providers: [
    {
      provide: SANDBOX,
      inject: [sandboxConfig.token, processConfig.token],
      useFactory: (config: SandboxConfig, processes: ProcessConfig): Sandbox =>
        new ChildPool(
          poolSettings({
            childPath: join(__dirname, 'child/main.js'),
            runtimePath: config.runtimePath ?? join(__dirname, '../../../../lang-runtime.js'),
            children: config.children,
            memoryMb: config.memoryMb,
            idleMs: config.idleMs,
            isolateOrgs:
              config.isolation === 'org' || (config.isolation === 'auto' && processes.mode === 'production'),
          }),
        ),
    },
  ],
  exports: [SANDBOX],
})
export class SandboxModule implements OnApplicationShutdown {
  constructor(@Inject(SANDBOX) private readonly sandbox: Sandbox) {}

  /** The worker drains its runs before this; whatever is left ends with the process. */
  async onApplicationShutdown(): Promise<void> {
    await this.sandbox.close(0);
  }
}
