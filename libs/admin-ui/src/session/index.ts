export { ENV_KINDS, envKindOf, type EnvKind } from './env-kind';
export { recallScope, rememberScope, type ScopeNames } from './last-scope';
export { findScope, landingScope, Scope, scopeOf } from './scope';
export { Session } from './session';
