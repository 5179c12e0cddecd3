import { Global, Module } from '@nestjs/common';
import { LiveBus } from './live-bus';
import { RedisLiveBus } from './redis-live-bus';

/** Notices between processes over Redis. */
@Global()
@Module({ providers: [{ provide: LiveBus, useClass: RedisLiveBus }], exports: [LiveBus] })
export class LiveModule {}
