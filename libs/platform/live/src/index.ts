export { LiveBus, MemoryLiveBus, type NoticeListener } from './live-bus';
export { LiveModule } from './live.module';
export { RedisLiveBus } from './redis-live-bus';
export { SseConnection } from './sse-connection';
export { SseConnections, type SseOptions, type SseSlot } from './sse-connections';
export { sseConfig, type SseConfig } from './sse.config';
export { KEEP_ALIVE_FRAME, sseFrame } from './sse-frame';
export { SseModule } from './sse.module';
