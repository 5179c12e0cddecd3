export { StoresHarness, type TestRun } from './stores-harness';
