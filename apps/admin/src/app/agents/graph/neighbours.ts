import type { GraphEdge } from '@app/contracts';
import type { Direction, PlacedNode } from './layout';

/** Where an arrow key leads: along an edge in the direction of the drawing, across it to the nearest node beside. */
export function nextNode(
  key: string,
  id: string,
  edges: readonly Pick<GraphEdge, 'from' | 'to'>[],
  nodes: readonly PlacedNode[],
  direction: Direction,
): string | undefined {
  const horizontal = direction === 'LR';
  const [on, back] = horizontal ? ['ArrowRight', 'ArrowLeft'] : ['ArrowDown', 'ArrowUp'];
  const [after, before] = horizontal ? ['ArrowDown', 'ArrowUp'] : ['ArrowRight', 'ArrowLeft'];
  if (key === on) return edges.find(({ from }) => from === id)?.to;
  if (key === back) return edges.find(({ to }) => to === id)?.from;
  if (key !== after && key !== before) return undefined;
  const own = nodes.find((node) => node.id === id);
  if (own === undefined) return undefined;
  const [along, across] = horizontal ? (['x', 'y'] as const) : (['y', 'x'] as const);
  const sign = key === after ? 1 : -1;
  return nodes
    .filter((node) => node.id !== id && Math.abs(node[along] - own[along]) < 120)
    .filter((node) => (node[across] - own[across]) * sign > 0)
    .sort((a, b) => Math.abs(a[across] - own[across]) - Math.abs(b[across] - own[across]))[0]?.id;
}
