import { AppsModule } from '@app/apps';
import { Module } from '@nestjs/common';
import { BootRepository } from './boot.repository';
import { PlatformBoot } from './platform-boot';

@Module({ imports: [AppsModule], providers: [BootRepository, PlatformBoot], exports: [PlatformBoot] })
export class AppsWorkerModule {}
