export { TestCompiler, testBundle, type TestBundleOptions } from './test-compiler';
