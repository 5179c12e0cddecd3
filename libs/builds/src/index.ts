export {
  AppStateRepository,
  runsGoOn,
  type AppAction,
  type AppOperation,
  type AppRef,
  type Standing,
} from './app-state.repository';
export { ArchiveCompiler } from './archive-compiler';
export { ArtifactStore } from './artifact-store';
export { buildConfig, type BuildConfig } from './build.config';
export { BuildEntity, type BuildType, type RuntimeStatus } from './build.entity';
export { ArchiveTooLargeError, TooManyUploadsError } from './build.errors';
export { BuildResources, type ResourceRef } from './build-resources';
export { BuildService } from './build.service';
export { type BuildView, type RuntimeWarning } from './build.view';
export { BuildsModule } from './builds.module';
export {
  splitQualifiedName,
  type BuildDefinitions,
  type ContextNeed,
  type DefinitionLocation,
  type FunctionDefinition,
  type InitializerDefinition,
} from './definitions';
export { DeployQueue, deployTickets, type DeployTicket } from './deploy-tickets';
export { DeployService } from './deploy.service';
export {
  DeploymentListeners,
  type Activation,
  type ActivationListener,
  type Initialization,
  type Initializer,
} from './deployment-listeners';
export { DeploymentRepository, type ClaimedBuild } from './deployment.repository';
export { type EventHandlerView } from './event-handler.queries';
export { EnvMemory, whenKnown, type EnvSource, type Soon } from './env-memory';
export { EventHandlerService } from './event-handler.service';
export { ManifestOnlyCompiler } from './manifest-only.compiler';
export { CompileError, ProgramCompiler, type CompiledProgram } from './program-compiler';
export { ProgramCompilerModule } from './program-compiler.module';
export { ProjectLifecycleService, type LifecycleOutcome } from './project-lifecycle.service';
export { ServingCatalogue } from './serving-catalogue';
export { type EnvFacts, type FoundFunction, type ServingFunction, type ServingHandler } from './serving-env';
export { storableJson, storableText } from './storable-json';
export { UploadService, type ReceivedArchive, type UploadOutcome } from './upload.service';
