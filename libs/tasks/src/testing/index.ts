export { callHost, TASK_MODULES, TasksHarness, type TestTenant } from './tasks-harness';
export { engineForTests, type EngineForTests } from './engine-for-tests';
