import { AppsModule } from '@app/apps';
import { BuildsModule } from '@app/builds';
import { DispatchModule } from '@app/dispatch';
import { RunsModule } from '@app/runs';
import { Module } from '@nestjs/common';
import { BootRepository } from './boot.repository';
import { Initializers } from './initializers';
import { PlatformBoot } from './platform-boot';

@Module({
  imports: [AppsModule, BuildsModule, DispatchModule, RunsModule],
  providers: [BootRepository, Initializers, PlatformBoot],
  exports: [PlatformBoot],
})
export class AppsWorkerModule {}
