import type { Column } from '../table';

export const RUN_COLUMNS = [
  { id: 'status', header: 'Status', width: 160, card: 1 },
  { id: 'function', header: 'Function', card: 1 },
  { id: 'id', header: 'Run', width: 134, from: 1240 },
  { id: 'type', header: 'Type', width: 92, from: 760, card: 2 },
  { id: 'trigger', header: 'Trigger', width: 156, from: 1020 },
  { id: 'project', header: 'Project', width: 116, from: 900 },
  { id: 'stream', header: 'Stream', width: 124, from: 1380 },
  { id: 'attempt', header: 'Attempt', width: 72, align: 'end', from: 1120 },
  { id: 'started', header: 'Started', width: 108, sort: 'started', align: 'end', card: 2 },
  { id: 'duration', header: 'Duration', width: 116, sort: 'duration', align: 'end', card: 2 },
] as const satisfies readonly Column[];

export type RunColumn = (typeof RUN_COLUMNS)[number]['id'];
