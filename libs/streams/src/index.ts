export { type Happening } from './stream-channel';
export { StreamHub, type Watch } from './stream-hub';
export { StreamHubModule } from './stream-hub.module';
export { StreamReads, type LateRun } from './stream.queries';
export { StreamsModule } from './streams.module';
