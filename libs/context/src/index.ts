export { ContextModule } from './context.module';
export { ContextLevelService, type LevelEditor, type LevelValue } from './context-level.service';
export { ContextRepository, type SealedVariable, type StaleVariable } from './context.repository';
export { ContextSecrets } from './context-secrets';
export { ContextService, type ContextInput, type ContextVariable } from './context.service';
export { MAX_DESCRIPTION_LENGTH, MAX_KEY_LENGTH, MAX_VALUE_BYTES } from './context-rules';
