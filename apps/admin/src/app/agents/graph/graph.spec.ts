import type { Graph, GraphNode } from '@app/contracts';
import { placeGraph } from './layout';
import { nextNode } from './neighbours';
import { shortName } from './node-texts';
import { fitted, legible, zoomed } from './view-box';

const node = (id: string): GraphNode => ({
  id,
  kind: 'handler',
  name: id,
  namespace: null,
  agent: null,
  project: null,
  description: null,
  at: null,
  build_id: null,
  retry: null,
  unhandled: false,
});
const edge = (from: string, to: string) => ({ from, to, kind: 'sends' as const, doc: null, via: null });
const GRAPH: Pick<Graph, 'nodes' | 'edges'> = {
  nodes: ['a', 'b', 'c'].map(node),
  edges: [edge('a', 'b'), edge('a', 'c')],
};

// Browsers and workers have it, jsdom has not.
globalThis.structuredClone ??= (value: unknown) => JSON.parse(JSON.stringify(value)) as never;

describe('a placed graph', () => {
  it('goes in the direction that was asked for, and is the same each time', () => {
    const across = placeGraph({ ask: 1, graph: GRAPH, direction: 'LR' });
    const [a, b, c] = across.nodes;
    expect((b?.x ?? 0) > (a?.x ?? 0) && b?.x === c?.x).toBe(true);
    const down = placeGraph({ ask: 1, graph: GRAPH, direction: 'TB' });
    expect((down.nodes[1]?.y ?? 0) > (down.nodes[0]?.y ?? 0)).toBe(true);
    expect(placeGraph({ ask: 1, graph: GRAPH, direction: 'LR' })).toEqual(across);
    expect(across.edges.every(({ path }) => path.startsWith('M'))).toBe(true);
  });

  it('has room for the name and for whose it is', () => {
    const project = 'a-project-with-a-name';
    const graph = { nodes: [node('a'), { ...node('b'), project }], edges: [] };
    const [a, b] = placeGraph({ ask: 1, graph, direction: 'LR' }).nodes;
    expect(b?.width).toBeGreaterThan(a?.width ?? 0);
  });

  it('may go in circles, to itself, or be empty', () => {
    const odd = { nodes: [node('a'), node('b')], edges: [edge('a', 'b'), edge('b', 'a'), edge('a', 'a')] };
    expect(placeGraph({ ask: 1, graph: odd, direction: 'LR' }).edges).toHaveLength(3);
    expect(placeGraph({ ask: 1, graph: { nodes: [], edges: [] }, direction: 'LR' })).toMatchObject({
      width: 0,
      height: 0,
    });
  });

  it('is walked with the arrow keys: along edges, and across to what stands beside', () => {
    const { nodes } = placeGraph({ ask: 1, graph: GRAPH, direction: 'LR' });
    const go = (key: string, id: string) => nextNode(key, id, GRAPH.edges, nodes, 'LR');
    expect([go('ArrowRight', 'a'), go('ArrowLeft', 'c'), go('ArrowRight', 'c')]).toEqual([
      'b',
      'a',
      undefined,
    ]);
    expect(new Set([go('ArrowDown', 'b'), go('ArrowUp', 'b')])).toEqual(new Set(['c', undefined]));
    expect(go('x', 'a')).toBeUndefined();
  });
});

describe('what is seen of it', () => {
  it('fits the frame and is never larger than life', () => {
    expect(fitted({ width: 2000, height: 100 }, { width: 1000, height: 500 })).toEqual({
      x: 0,
      y: -450,
      width: 2000,
      height: 1000,
    });
    expect(fitted({ width: 100, height: 100 }, { width: 1000, height: 500 }).width).toBe(1000);
  });

  it('begins where names can be read', () => {
    const begun = legible({ width: 2000, height: 100 }, { width: 1000, height: 500 });
    expect([begun.x, begun.width]).toEqual([0, 1400]);
    const small = { width: 900, height: 100 };
    expect(legible(small, { width: 1000, height: 500 })).toEqual(fitted(small, { width: 1000, height: 500 }));
  });

  it('keeps its middle when zoomed', () => {
    expect(zoomed({ x: 0, y: 0, width: 100, height: 50 }, 2)).toEqual({
      x: 25,
      y: 12.5,
      width: 50,
      height: 25,
    });
  });

  it('keeps both ends of long names', () => {
    expect(shortName('short')).toBe('short');
    expect(shortName('customer:subscription:cancelled')).toBe('customer:subs…n:cancelled');
  });
});
