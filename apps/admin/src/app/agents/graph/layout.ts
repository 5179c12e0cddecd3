import { graphlib, layout } from '@dagrejs/dagre';
import type { Graph } from '@app/contracts';
import { captionOf } from './node-texts';

export type Direction = 'LR' | 'TB';

export interface LayoutRequest {
  readonly ask: number;
  readonly graph: Pick<Graph, 'nodes' | 'edges'>;
  readonly direction: Direction;
}

export interface PlacedNode {
  readonly id: string;
  /** Of its centre. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: string;
  /** An SVG path. */
  readonly path: string;
}

export interface Placement {
  readonly ask: number;
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

export const NODE_HEIGHT = 44;
const MIN_WIDTH = 128;
const MAX_WIDTH = 240;
const PER_CHARACTER = 7.3;
const PER_SMALL_CHARACTER = 5.8;
const AROUND_TEXT = 52;
const MARGIN = 24;

/** Where everything goes. The same input gives the same picture. */
export function placeGraph({ ask, graph, direction }: LayoutRequest): Placement {
  const drawn = new graphlib.Graph({ multigraph: true });
  drawn.setGraph({
    rankdir: direction,
    nodesep: 20,
    ranksep: 44,
    edgesep: 12,
    marginx: MARGIN,
    marginy: MARGIN,
  });
  drawn.setDefaultEdgeLabel(() => ({}));
  for (const node of graph.nodes) drawn.setNode(node.id, { width: widthOf(node), height: NODE_HEIGHT });
  for (const { from, to, kind } of graph.edges) drawn.setEdge(from, to, {}, kind);
  layout(drawn);
  const { width = 0, height = 0 } = drawn.graph() as { readonly width?: number; readonly height?: number };
  return {
    ask,
    width: Number.isFinite(width) ? width : 0,
    height: Number.isFinite(height) ? height : 0,
    nodes: graph.nodes.map(({ id }) => {
      const node = drawn.node(id) as { readonly x: number; readonly y: number; readonly width: number };
      return { id, x: node.x, y: node.y, width: node.width };
    }),
    edges: graph.edges.map(({ from, to, kind }) => {
      const edge = drawn.edge(from, to, kind) as { readonly points: readonly Point[] };
      return { from, to, kind, path: curve(edge.points) };
    }),
  };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function widthOf(node: LayoutRequest['graph']['nodes'][number]): number {
  const text = Math.max(node.name.length * PER_CHARACTER, captionOf(node).length * PER_SMALL_CHARACTER);
  return Math.round(Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, text + AROUND_TEXT)));
}

/** Through the middles between the points, bent at the points. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  const at = ({ x, y }: Point): string => `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;
  let path = `M${at(first)}`;
  for (let i = 0; i < rest.length - 1; i++) {
    const [bend, next] = [rest[i], rest[i + 1]];
    if (bend === undefined || next === undefined) continue;
    const end = i === rest.length - 2 ? next : { x: (bend.x + next.x) / 2, y: (bend.y + next.y) / 2 };
    path += `Q${at(bend)} ${at(end)}`;
  }
  const only = rest[0];
  return rest.length === 1 && only !== undefined ? `${path}L${at(only)}` : path;
}
