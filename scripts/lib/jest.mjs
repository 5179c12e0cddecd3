/** How Jest is called here: the Nest packages are ES modules, which it can require() only with this flag. */
import { inRoot } from './paths.mjs';

export const jestArguments = (...args) => [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  inRoot('node_modules', 'jest', 'bin', 'jest.js'),
  ...args,
];
