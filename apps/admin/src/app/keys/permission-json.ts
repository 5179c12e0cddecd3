import type { PermissionMap } from '@app/contracts';

export type ReadMap =
  | { readonly ok: true; readonly permissions: PermissionMap }
  | { readonly ok: false; readonly problem: string };

/** Takes the text of the JSON mode apart. The rules of resources and actions are checked afterwards. */
export function readPermissionJson(text: string): ReadMap {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Half-typed text is the normal case here.
    return { ok: false, problem: 'This is not valid JSON.' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, problem: 'Permissions are an object: {"event:*": ["read"]}.' };
  }
  for (const [urn, actions] of Object.entries(value)) {
    if (!Array.isArray(actions) || actions.some((action) => typeof action !== 'string')) {
      return { ok: false, problem: `"${urn}" needs a list of actions: ["read"].` };
    }
  }
  return { ok: true, permissions: value as PermissionMap };
}

/** One line per resource: easier to read and to compare than JSON.stringify's indentation. */
export function writePermissionJson(permissions: PermissionMap): string {
  const lines = Object.entries(permissions).map(
    ([urn, actions]) =>
      `  ${JSON.stringify(urn)}: [${actions.map((action) => JSON.stringify(action)).join(', ')}]`,
  );
  return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n}`;
}
