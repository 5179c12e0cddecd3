/** How functions, events and triggers hang together. */
import type { Graph, GraphEdge, GraphNode, NodeKindName } from '@app/contracts';
import type { DeclaredAgent, DeclaredHandler } from './declared';

const KINDS: Readonly<Record<DeclaredHandler['kind'], NodeKindName>> = {
  event: 'event_type',
  schedule: 'schedule',
  webhook: 'webhook',
  mcp: 'mcp_tool',
};

/**
 * Of everything that serves; with `agentType`, of that agent's functions and what is directly connected with them. Nodes
 * are one by id, edges by ends and kind; both in the order of their ids, so that equal input is drawn alike.
 */
export function topology(
  handlers: readonly DeclaredHandler[],
  agents: readonly DeclaredAgent[],
  agentType: string | null,
): Graph {
  const nodes = new Map<string, GraphNode>();
  const edges = new Map<string, GraphEdge>();
  for (const handler of handlers) {
    const fn = functionNode(handler);
    // A function with two triggers is one node.
    if (!nodes.has(fn.id)) nodes.set(fn.id, fn);
    addNode(nodes, triggerNode(handler));
    addEdge(edges, {
      from: handler.node.id,
      to: fn.id,
      kind: handler.kind === 'event' ? 'handles' : 'triggers',
      doc: null,
      via: null,
    });
    for (const { event, doc, via } of handler.sent) {
      addNode(nodes, eventNode(event));
      addEdge(edges, { from: fn.id, to: `evt:${event}`, kind: 'sends', doc, via });
    }
  }
  const handled = new Set(
    [...edges.values()].filter(({ kind }) => kind === 'handles').map(({ from }) => from),
  );
  const all = [...nodes.values()].map((node) => ({
    ...node,
    unhandled: node.kind === 'event_type' && !handled.has(node.id),
  }));
  return cut({ nodes: all, edges: [...edges.values()] }, agents, agentType);
}

function cut(
  { nodes, edges }: Pick<Graph, 'nodes' | 'edges'>,
  agents: readonly DeclaredAgent[],
  agentType: string | null,
): Graph {
  const own = new Set(nodes.filter(({ agent }) => agent === agentType).map(({ id }) => id));
  const keptEdges = agentType === null ? edges : edges.filter(({ from, to }) => own.has(from) || own.has(to));
  const ends = new Set(keptEdges.flatMap(({ from, to }) => [from, to]));
  const keptNodes = agentType === null ? nodes : nodes.filter(({ id }) => own.has(id) || ends.has(id));
  const shown = new Set(keptNodes.map(({ agent }) => agent));
  return {
    nodes: [...keptNodes].sort((a, b) => (a.id < b.id ? -1 : 1)),
    edges: [...keptEdges].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    agents: agents.filter(({ type }) => shown.has(type)).map(({ type, name }) => ({ type, name })),
  };
}

const EMPTY = {
  namespace: null,
  agent: null,
  project: null,
  description: null,
  at: null,
  build_id: null,
  retry: null,
  unhandled: false,
} as const;

function functionNode(handler: DeclaredHandler): GraphNode {
  const slash = handler.function.indexOf('/');
  return {
    id: `fn:${handler.function.replace(/^::/, '')}`,
    kind: 'handler',
    name: handler.function.slice(slash + 1),
    namespace: handler.function.slice(0, Math.max(slash, 0)),
    agent: handler.agent,
    project: handler.project,
    description: handler.doc,
    at: handler.at,
    build_id: handler.build_id,
    retry: handler.retry,
    unhandled: false,
  };
}

const triggerNode = ({ kind, node, project }: DeclaredHandler): GraphNode =>
  kind === 'event' ? eventNode(node.name) : { ...EMPTY, ...node, kind: KINDS[kind], project };

const eventNode = (type: string): GraphNode => ({
  ...EMPTY,
  id: `evt:${type}`,
  kind: 'event_type',
  name: type,
});

function addNode(nodes: Map<string, GraphNode>, node: GraphNode): void {
  if (!nodes.has(node.id)) nodes.set(node.id, node);
}

function addEdge(edges: Map<string, GraphEdge>, edge: GraphEdge): void {
  if (!edges.has(keyOf(edge))) edges.set(keyOf(edge), edge);
}

const keyOf = ({ from, to, kind }: GraphEdge): string => `${from}\0${to}\0${kind}`;
