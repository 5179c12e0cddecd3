import { Module } from '@nestjs/common';
import { Health } from './health';
import { HealthServer } from './health-server';

@Module({ providers: [Health, HealthServer], exports: [Health, HealthServer] })
export class HealthModule {}
