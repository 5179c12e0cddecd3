import type { JsonNode } from './json-model';

/** One visible line of a tree of values. */
export interface JsonRow {
  /** Place in the value: `$.lines[0].sku`. */
  readonly path: string;
  readonly depth: number;
  readonly key: string | null;
  readonly node: JsonNode;
  /** Children there are; null for scalars. */
  readonly size: number | null;
  readonly open: boolean;
  /** Children beyond what is shown: this line offers the next ones of `path`. */
  readonly more: number;
}

export const PAGE = 100;

export interface RowState {
  /** Paths whose openness differs from what their depth gives them. */
  readonly flipped: ReadonlySet<string>;
  /** How many children are shown, where that is more than the first hundred. */
  readonly shown: ReadonlyMap<string, number>;
  /** Branches above this depth begin open. */
  readonly openDepth: number;
}

const IDENTIFIER = /^[A-Za-z_][\w-]*$/;

export function rowsOf(root: JsonNode, state: RowState): JsonRow[] {
  const rows: JsonRow[] = [];
  walk(root, '$', null, 0, state, rows);
  return rows;
}

function walk(
  node: JsonNode,
  path: string,
  key: string | null,
  depth: number,
  state: RowState,
  rows: JsonRow[],
): void {
  const children = childrenOf(node);
  const size = children?.length ?? null;
  const open = size !== null && size > 0 && depth < state.openDepth !== state.flipped.has(path);
  rows.push({ path, depth, key, node, size, open, more: 0 });
  if (!open || children === null) return;
  const limit = state.shown.get(path) ?? PAGE;
  for (const [name, child] of children.slice(0, limit)) {
    walk(child, path + step(name), String(name), depth + 1, state, rows);
  }
  const more = children.length - limit;
  if (more > 0) rows.push({ path, depth: depth + 1, key: null, node, size: null, open: false, more });
}

function childrenOf(node: JsonNode): readonly (readonly [string | number, JsonNode])[] | null {
  if (node.kind === 'object') return node.entries;
  if (node.kind === 'array') return node.items.map((item, index) => [index, item] as const);
  return null;
}

function step(name: string | number): string {
  if (typeof name === 'number') return `[${name}]`;
  return IDENTIFIER.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
