export {
  FakeOutcome,
  FakeSandbox,
  fakeFailure,
  fakeLoss,
  type FakeFunction,
  type FakeProgram,
} from './fake-sandbox';
export { FakeServing } from './fake-serving';
export { WorkerHarness, type WorkerHarnessOptions } from './worker-harness';
