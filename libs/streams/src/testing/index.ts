export { ExecutionHarness, type Answer, type ExecutionTenant } from './execution-harness';
export { SseClient, type SseEvent } from './sse-client';
