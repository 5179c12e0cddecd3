/** Where the programs of a project find what they keep, on this machine. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SelectedProject } from '../project/select-project';
import type { ResourceRoot } from './calls/resources';
import type { LocalSettings } from './local-services';

/** A file travels as one text. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;

/** @param keeps false for tests, whose files are never those of this machine unless hot.hot says so */
export function localSettings(cwd: string, project: SelectedProject, keeps: boolean): LocalSettings {
  const { file } = project.config;
  const isProject = existsSync(join(cwd, 'hot.hot')) || project.sourceRoots.some((root) => existsSync(root));
  const own = {
    respectGitignore: project.respectGitignore,
    excludes: [...project.excludes, ...project.resourceExcludes],
  };
  const ofPackages = project.packages.flatMap(({ folder, resourcePaths }) =>
    resourcePaths.map((path): ResourceRoot => ({
      folder: join(folder, path),
      respectGitignore: false,
      excludes: [],
    })),
  );
  return {
    folder: cwd,
    keeps,
    fileMode: file?.mode ?? (isProject || !keeps ? 'service' : 'direct'),
    maxFileBytes: Math.min(file?.['max-bytes'] ?? MAX_FILE_BYTES, MAX_FILE_BYTES),
    resources: [...project.resourceRoots.map((folder): ResourceRoot => ({ folder, ...own })), ...ofPackages],
  };
}
