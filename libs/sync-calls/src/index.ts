export { MAX_PUBLIC_BODY_BYTES, readBody } from './body-reader';
export { Callers, type Caller } from './callers';
export { PublicBudget } from './public-budget';
export { PublicEnvs, type PublicEnv } from './public-envs';
export { PublicGate } from './public-gate';
export { requestValue, wholeRequest, type RequestFacts, type RequestValue } from './request-value';
export { syncCallsConfig, type SyncCallsConfig } from './sync-calls.config';
export { SyncCallsModule } from './sync-calls.module';
export { SyncCalls, type SyncCall, type SyncOutcome } from './sync-calls';
