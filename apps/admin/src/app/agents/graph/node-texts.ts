/** What is written into a node. Free of everything else: the worker that lays the graph out needs it for the widths. */
import type { GraphNode } from '@app/contracts';

const MAX_CHARACTERS = 25;

/** Long names lose their middle: both ends tell more than the beginning alone. */
export function shortName(name: string): string {
  if (name.length <= MAX_CHARACTERS) return name;
  return `${name.slice(0, 13)}…${name.slice(-11)}`;
}

/** The small line below the name: what is wrong with it, or whose it is. */
export const captionOf = ({ unhandled, project }: Pick<GraphNode, 'unhandled' | 'project'>): string =>
  unhandled ? 'nobody handles it' : shortName(project ?? '');
