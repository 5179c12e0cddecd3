import { Global, Module } from '@nestjs/common';
import { SseConnections } from './sse-connections';

/** Subscriptions of an HTTP process. */
@Global()
@Module({ providers: [SseConnections], exports: [SseConnections] })
export class SseModule {}
