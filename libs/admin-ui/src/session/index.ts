export { ENV_KINDS, envKindOf, type EnvKind } from './env-kind';
export { recallScope, rememberScope } from './last-scope';
export { findScope, landingScope, Scope, scopeOf, type ScopeNames } from './scope';
export { Session } from './session';
