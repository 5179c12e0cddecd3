export { BuildsHarness } from './builds-harness';
export { TestCompiler, testBundle, type TestBundleOptions } from './test-compiler';
