/**
 * `npm run check`: everything that can be said without running the code. Independent checks run side by side, as many
 * as there are cores; each failure prints the command that runs it alone. `npm run check -- lint types` runs some.
 */
import { describe } from './lib/failure.mjs';
import { root } from './lib/paths.mjs';
import { runChecks } from './lib/checks.mjs';

process.chdir(root);
runChecks(process.argv.slice(2)).then(
  ({ failed }) => process.exit(failed.length > 0 ? 1 : 0),
  (error) => {
    console.error(`\n${describe(error)}`);
    process.exit(1);
  },
);
