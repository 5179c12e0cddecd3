import { parseUuid } from '@app/kernel';

/**
 * What the key of an app may stand for. It is a project's name or id, or `<project>:<Type>` for an agent; both may have
 * colons in them.
 */
export interface AskedApp {
  readonly key: string;
  readonly projectId: string | null;
  /** Names of the projects it may be in. */
  readonly projectNames: readonly string[];
}

export function readAppKey(key: string): AskedApp {
  const names = [key];
  for (let at = key.indexOf(':'); at >= 0; at = key.indexOf(':', at + 1)) names.push(key.slice(0, at));
  return { key, projectId: parseUuid(key), projectNames: names };
}

/** Of an agent: by the name of its type, and with its namespace when the project has two types of that name. */
export function agentKey(projectName: string, type: string, allTypes: readonly string[]): string {
  const name = shortName(type);
  const isUnique = allTypes.filter((other) => shortName(other) === name).length === 1;
  return `${projectName}:${isUnique ? name : type}`;
}

function shortName(type: string): string {
  return type.slice(type.lastIndexOf('/') + 1);
}
