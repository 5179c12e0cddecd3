import type { GraphNode, NodeKindName } from '@app/contracts';
import { ICONS, type IconName } from '@app/admin-ui/icon';

const NODE_ICONS: Readonly<Record<NodeKindName, IconName>> = {
  handler: 'function',
  event_type: 'events',
  schedule: 'clock',
  webhook: 'link',
  mcp_tool: 'terminal',
};

export const KIND_WORDS: Readonly<Record<NodeKindName, string>> = {
  handler: 'Function',
  event_type: 'Event type',
  schedule: 'Schedule',
  webhook: 'Webhook',
  mcp_tool: 'MCP tool',
};

export const nodeIcon = (kind: NodeKindName): string => ICONS[NODE_ICONS[kind]];
export const nodeIconName = (kind: NodeKindName): IconName => NODE_ICONS[kind];

/** Its name for screen readers, and what is shown when the pointer rests on it. */
export const nodeWords = (node: GraphNode): string =>
  `${KIND_WORDS[node.kind]} ${node.namespace === null ? '' : `${node.namespace}/`}${node.name}${node.unhandled ? ', nobody handles it' : ''}`;
