import { projectScopedUrns, type NamedProject } from '@app/projects';

export const ANY_BUILD = 'build:*';

/** All builds of a project. */
export function projectBuildsUrns(project: NamedProject): readonly [string, string] {
  return projectScopedUrns('build', project, '*');
}

export function buildUrns(project: NamedProject, buildId: string): readonly [string, string] {
  return projectScopedUrns('build', project, buildId);
}
