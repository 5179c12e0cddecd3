/** The projects of nest-cli.json: every server app and lib there is. `node tools/nest-projects.mjs` writes them. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const NOT_SERVER = new Set(['admin', 'admin-ui', 'platform']);

const folders = (root, path) =>
  existsSync(join(root, path))
    ? readdirSync(join(root, path), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
        .sort()
    : [];

/** @returns {Record<string, object>} */
export function nestProjects(root) {
  const projects = {};
  const add = (name, type, path, entryFile) => {
    if (!existsSync(join(root, path, 'src', `${entryFile}.ts`))) return;
    projects[name] = { type, root: path, entryFile, sourceRoot: `${path}/src` };
  };
  for (const app of folders(root, 'apps'))
    if (!NOT_SERVER.has(app)) add(app, 'application', `apps/${app}`, 'main');
  for (const lib of folders(root, 'libs'))
    if (!NOT_SERVER.has(lib)) add(lib, 'library', `libs/${lib}`, 'index');
  for (const lib of folders(root, 'libs/platform'))
    add(`platform-${lib}`, 'library', `libs/platform/${lib}`, 'index');
  return projects;
}

/** Writes them into nest-cli.json; whether that changed it. */
export function writeNestProjects(root) {
  const file = join(root, 'nest-cli.json');
  const before = readFileSync(file, 'utf8');
  const after = `${JSON.stringify({ ...JSON.parse(before), projects: nestProjects(root) }, null, 2)}\n`;
  if (JSON.stringify(JSON.parse(before)) === JSON.stringify(JSON.parse(after))) return false;
  writeFileSync(file, after);
  return true;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeNestProjects(resolve(import.meta.dirname, '..'));
