import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { nestProjects } from './nest-projects.mjs';

it('nest-cli.json names every server app and lib; if not: node tools/nest-projects.mjs', () => {
  const root = resolve(__dirname, '..');
  const { projects } = JSON.parse(readFileSync(resolve(root, 'nest-cli.json'), 'utf8')) as {
    readonly projects: object;
  };
  expect(projects).toEqual(nestProjects(root));
});
