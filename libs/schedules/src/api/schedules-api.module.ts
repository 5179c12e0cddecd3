import { SchedulesModule } from '@app/schedules';
import { Module } from '@nestjs/common';
import { SchedulesController } from './schedules.controller';

@Module({ imports: [SchedulesModule], controllers: [SchedulesController] })
export class SchedulesApiModule {}
