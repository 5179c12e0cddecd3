export { callHost, TasksHarness, type TestTenant } from './tasks-harness';
