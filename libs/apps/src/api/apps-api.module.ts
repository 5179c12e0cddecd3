import { AppsModule } from '@app/apps';
import { Module } from '@nestjs/common';
import { AppsController } from './apps.controller';

@Module({ imports: [AppsModule], controllers: [AppsController] })
export class AppsApiModule {}
