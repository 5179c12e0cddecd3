export { callHost, TASK_MODULES, TasksHarness, type TestTenant } from './tasks-harness';
