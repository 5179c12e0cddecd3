export { TestNameServer } from './name-server';
