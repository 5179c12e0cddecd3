import type { PermissionMap } from '@app/contracts';
import { typeOf } from './permissions';

/** One line of the builder. */
export interface PermissionRow {
  /** '*' with path '*' for everything. */
  readonly type: string;
  readonly path: string;
  readonly actions: readonly string[];
}

export function rowsOfMap(permissions: PermissionMap): PermissionRow[] {
  return Object.entries(permissions).map(([urn, actions]) => {
    const colon = urn.indexOf(':');
    // What has no colon is no resource; it is shown whole, so that it can be put right.
    return colon < 0
      ? { type: '', path: urn, actions: [...actions] }
      : { type: typeOf(urn), path: urn.slice(colon + 1), actions: [...actions] };
  });
}

export function urnOf(row: PermissionRow): string {
  return row.type === '' ? row.path : `${row.type}:${row.path}`;
}

/** Lines of the same resource become one entry with the actions of all. */
export function mapOfRows(rows: readonly PermissionRow[]): PermissionMap {
  const map = new Map<string, readonly string[]>();
  for (const row of rows) {
    const urn = urnOf(row);
    map.set(urn, [...new Set([...(map.get(urn) ?? []), ...row.actions])]);
  }
  return Object.fromEntries(map);
}
