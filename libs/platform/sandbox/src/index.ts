export {
  SANDBOX,
  TASK_SANDBOX,
  type Sandbox,
  type SandboxHandle,
  type SandboxHost,
  type SandboxOutcome,
  type SandboxRun,
  type SandboxStats,
} from './port';
export { CodeCache, type CodeOwner } from './child/code-cache';
export { ChildPool } from './pool/child-pool';
export { poolSettings, type PoolSettings } from './pool/settings';
export { sandboxConfig, type SandboxConfig } from './sandbox.config';
export { SandboxModule } from './sandbox.module';
