/** Permission sets: which are valid, what they grant, and when one is part of another. Pure. */
import { BadRequestError, type PermissionSet } from '@app/kernel';
import { ACTIONS, actionsOfType, typeOfUrn, type Action } from './permission-types';

export const EVERYTHING = '*:*';
export const ALL_ACTIONS = '*';

const TYPE = /^[A-Za-z0-9-]+$/;

/** Reads an untrusted permission set. Throws BadRequestError whose message begins with "Invalid permissions: ". */
export function parsePermissions(value: unknown): PermissionSet {
  const problem = problemOf(value);
  if (problem !== null) throw new BadRequestError(`Invalid permissions: ${problem}`);
  return value as PermissionSet; // shown by problemOf
}

/** What is wrong with the value as a permission set; null when nothing is. */
export function problemOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'permissions must be an object of resource and actions';
  }
  for (const [urn, actions] of Object.entries(value)) {
    if (!isResource(urn)) return `Invalid resource: ${JSON.stringify(urn)}`;
    const problem = problemOfActions(urn, actions);
    if (problem !== null) return problem;
  }
  return null;
}

function isResource(urn: string): boolean {
  if (urn === EVERYTHING) return true;
  const colon = urn.indexOf(':');
  return colon > 0 && TYPE.test(urn.slice(0, colon)) && colon < urn.length - 1;
}

function problemOfActions(urn: string, actions: unknown): string | null {
  const shown = JSON.stringify(urn);
  if (!Array.isArray(actions)) return `the value of ${shown} must be an array of actions`;
  if (actions.length === 0) return `Empty action list: ${shown}`;
  const type = typeOfUrn(urn);
  for (const action of actions as readonly unknown[]) {
    if (typeof action !== 'string') return `the value of ${shown} must be an array of actions`;
    if (action === ALL_ACTIONS) continue;
    if (!isAction(action)) return `Invalid action: ${JSON.stringify(action)} for ${shown}`;
    if (!actionsOfType(type).includes(action)) {
      return `Action not valid for resource: ${JSON.stringify(action)} for ${shown}`;
    }
  }
  return null;
}

function isAction(text: string): text is Action {
  return (ACTIONS as readonly string[]).includes(text);
}

/**
 * Whether the set grants the action on the resource. Entries add up; nothing denies. Only a final `*` is a wildcard, and
 * it stands for any continuation, across segments.
 */
export function isGranted(set: PermissionSet, urn: string, action: string): boolean {
  return hasEntry(set, action, (pattern) => covers(pattern, urn));
}

function hasEntry(set: PermissionSet, action: string, fits: (pattern: string) => boolean): boolean {
  for (const pattern of Object.keys(set)) {
    if (!fits(pattern)) continue;
    const actions = set[pattern];
    if (actions !== undefined && (actions.includes(action) || actions.includes(ALL_ACTIONS))) return true;
  }
  return false;
}

function covers(pattern: string, urn: string): boolean {
  if (pattern === EVERYTHING || pattern === urn) return true;
  return isWildcard(pattern) && urn.startsWith(pattern.slice(0, -1));
}

/** Whether the pattern covers everything that another one does. */
function coversAll(pattern: string, other: string): boolean {
  if (pattern === other || !isWildcard(other)) return covers(pattern, other);
  // Its text alone would not do: `a**` covers the text `a*`, but of what that stands for only what has a star there.
  return isWildcard(pattern) && covers(pattern, other.slice(0, -1));
}

function isWildcard(pattern: string): boolean {
  return pattern.endsWith('*');
}

export interface Escalation {
  readonly urn: string;
  readonly action: string;
}

/**
 * The first resource and action that `requested` would grant beyond `parent`; null when it is part of it. A requested
 * pattern must be covered as a whole: `event:*` is not covered by `event:user:*`.
 */
export function findEscalation(parent: PermissionSet, requested: PermissionSet): Escalation | null {
  for (const [urn, actions] of Object.entries(requested)) {
    for (const action of actions.flatMap((name) => expand(urn, name))) {
      if (!hasEntry(parent, action, (pattern) => coversAll(pattern, urn))) return { urn, action };
    }
  }
  return null;
}

function expand(urn: string, action: string): readonly string[] {
  return action === ALL_ACTIONS ? actionsOfType(typeOfUrn(urn)) : [action];
}
