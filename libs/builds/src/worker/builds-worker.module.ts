import { Module } from '@nestjs/common';
import { BuildsModule } from '@app/builds';
import { BuildLoader } from './build-loader';

@Module({ imports: [BuildsModule], providers: [BuildLoader], exports: [BuildLoader] })
export class BuildsWorkerModule {}
