import { Module } from '@nestjs/common';
import { ObserveModule } from '@app/observe';
import { RunsController } from './runs.controller';

@Module({ imports: [ObserveModule], controllers: [RunsController] })
export class RunsAdminModule {}
