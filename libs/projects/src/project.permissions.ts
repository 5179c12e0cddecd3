/** How a project, and what belongs to one, is spelled in permissions: under its name or its id, either is enough. */
export interface NamedProject {
  readonly projectId: string;
  readonly name: string;
}

export const ANY_PROJECT = 'project:*';

export function projectUrns(project: NamedProject): readonly [string, string] {
  return [`project:${project.name}`, `project:${project.projectId}`];
}

/** `type:{project}/{rest}`. */
export function projectScopedUrns(
  type: string,
  project: NamedProject,
  rest: string,
): readonly [string, string] {
  return [`${type}:${project.name}/${rest}`, `${type}:${project.projectId}/${rest}`];
}
