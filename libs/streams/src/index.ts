export { StreamReads, type LateRun } from './stream.queries';
export { StreamsModule } from './streams.module';
