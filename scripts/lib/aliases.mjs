/**
 * The import aliases, written out. TypeScript and Jest understand the pattern `@app/<lib>/api`; SWC takes a star in
 * the middle for one at the end and would look in libs/<lib>/api/src. So SWC gets one exact line per entrance.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const SURFACES = ['api', 'admin', 'worker', 'testing'];

const foldersIn = (path) =>
  existsSync(path)
    ? readdirSync(path, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
        .sort()
    : [];

/** { '@app/runs': './libs/runs/src/index.ts', … } for every entrance that exists. */
export function aliases(root) {
  const found = {};
  const add = (alias, file) => {
    if (existsSync(join(root, file))) found[alias] = `./${file}`;
  };
  for (const lib of foldersIn(join(root, 'libs'))) {
    add(`@app/${lib}`, `libs/${lib}/src/index.ts`);
    for (const surface of SURFACES) add(`@app/${lib}/${surface}`, `libs/${lib}/src/${surface}/index.ts`);
  }
  for (const lib of foldersIn(join(root, 'libs', 'platform')))
    add(`@app/platform/${lib}`, `libs/platform/${lib}/src/index.ts`);
  return found;
}
