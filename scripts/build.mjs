/** `npm run build`: everything that is not built yet. `--server` leaves the Angular app out. */
import { buildAll, buildServerParts } from './lib/build.mjs';
import { describe } from './lib/failure.mjs';

const work = process.argv.includes('--server') ? buildServerParts() : buildAll();
work.then(
  () => process.exit(0),
  (error) => {
    console.error(`\n${describe(error)}`);
    process.exit(1);
  },
);
