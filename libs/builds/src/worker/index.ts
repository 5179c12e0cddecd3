export { BuildLoader, type LoadedBuild, type LoadOutcome } from './build-loader';
export { BuildsWorkerModule } from './builds-worker.module';
export { HotCompiler } from './hot-compiler';
