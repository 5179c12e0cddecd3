import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { makeBundle } from '../project/make-bundle';
import { selectProject } from '../project/select-project';
import type { Command } from './command';
import { PROJECT_OPTIONS } from './project-options';

export const buildCommand: Command = {
  name: 'build',
  summary: 'check the sources and write a bundle',
  usage: 'hot build [-p PROJECT] [--build.dir DIR] [--allow-secret-shape]',
  options: {
    ...PROJECT_OPTIONS,
    'build.dir': { type: 'string' },
    'allow-secret-shape': { type: 'boolean' },
  },
  async run({ cwd, flags, env, out }) {
    const project = await selectProject(cwd, flags, env);
    const bundle = await makeBundle(project, flags.on('allow-secret-shape'), out);
    const folder = resolve(cwd, flags.text('build.dir') ?? join('.hot', 'build'));
    const file = join(folder, `${bundle.buildId}.hot.zip`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bundle.archive);
    out.note(`Wrote ${relative(cwd, file)}`);
    out.print(`build ${bundle.buildId}`);
    out.print(`hash  ${bundle.bundleHash}`);
    out.print(`size  ${bundle.archive.length}`);
    return 0;
  },
};
