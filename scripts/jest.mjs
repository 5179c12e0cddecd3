/** Some tests with servers of their own: `npm run jest -- --selectProjects int libs/runs`. */
import { jestArguments } from './lib/jest.mjs';

process.argv.splice(2, Infinity, process.execPath, ...jestArguments(...process.argv.slice(2)));
await import('./with-services.mjs');
