import type { HierarchyNode } from '@app/contracts';

export interface HierarchyRow {
  readonly node: HierarchyNode;
  readonly depth: number;
  readonly relation: 'self' | 'retry' | 'run';
}

/**
 * Runs as a tree: below a run stand what it caused and its further attempts, in order of start. A run whose cause is
 * not among the nodes is a root; so is one that would be its own cause.
 */
export function hierarchyRows(nodes: readonly HierarchyNode[], self: string): HierarchyRow[] {
  const known = new Map(nodes.map((node) => [node.run_id, node]));
  const below = new Map<string, HierarchyNode[]>();
  const roots: HierarchyNode[] = [];
  for (const node of nodes) {
    const parent = node.retry_of_run_id ?? node.parent_run_id;
    if (parent === null || !known.has(parent)) roots.push(node);
    else below.set(parent, [...(below.get(parent) ?? []), node]);
  }
  const rows: HierarchyRow[] = [];
  const seen = new Set<string>();
  const visit = (node: HierarchyNode, depth: number): void => {
    if (seen.has(node.run_id)) return;
    seen.add(node.run_id);
    rows.push({
      node,
      depth,
      relation: node.run_id === self ? 'self' : node.retry_of_run_id === null ? 'run' : 'retry',
    });
    for (const child of inOrder(below.get(node.run_id) ?? [])) visit(child, depth + 1);
  };
  for (const root of inOrder(roots)) visit(root, 0);
  // What is left stands in a circle; it is shown all the same.
  for (const node of inOrder(nodes)) visit(node, 0);
  return rows;
}

function inOrder(nodes: readonly HierarchyNode[]): HierarchyNode[] {
  return [...nodes].sort((a, b) => a.started_at.localeCompare(b.started_at));
}
