import type { CapabilityName } from '@app/contracts';
import type { IconName } from '@app/admin-ui/icon';

export interface NavItem {
  readonly path: string;
  readonly label: string;
  readonly icon: IconName;
  /** Second key after `g`. */
  readonly key: string;
  /** Hidden without at least one of these. */
  readonly needs?: readonly CapabilityName[];
}

export interface NavGroup {
  readonly label: string;
  readonly items: readonly NavItem[];
}

/**
 * Every page there is, in this order. A group without a page that the viewer may open is not shown. Observe: dashboard,
 * runs, tasks, events, streams. Build, what programs declare: agents, handlers, schedules, mcp, webhooks. Data: files,
 * stores, projects, context. Access: api-keys, service-keys, sessions, domains.
 */
export const NAV: readonly NavGroup[] = [
  {
    label: 'Observe',
    items: [
      { path: 'dashboard', label: 'Dashboard', icon: 'dashboard', key: 'd' },
      { path: 'runs', label: 'Runs', icon: 'runs', key: 'r' },
      { path: 'tasks', label: 'Tasks', icon: 'tasks', key: 't' },
      { path: 'events', label: 'Events', icon: 'events', key: 'e' },
      { path: 'streams', label: 'Streams', icon: 'streams', key: 's' },
    ],
  },
  {
    label: 'Build',
    items: [
      { path: 'agents', label: 'Agents', icon: 'agents', key: 'a' },
      { path: 'handlers', label: 'Event Handlers', icon: 'handlers', key: 'h' },
      { path: 'schedules', label: 'Scheduled Runs', icon: 'schedules', key: 'u' },
      { path: 'mcp', label: 'MCP Services', icon: 'function', key: 'm' },
      { path: 'webhooks', label: 'Webhooks', icon: 'link', key: 'w' },
    ],
  },
  {
    label: 'Data',
    items: [
      { path: 'files', label: 'Files', icon: 'files', key: 'f' },
      { path: 'projects', label: 'Projects', icon: 'projects', key: 'p' },
      { path: 'context', label: 'Context Variables', icon: 'variables', key: 'c', needs: ['context.view'] },
    ],
  },
  {
    label: 'Access',
    items: [
      { path: 'api-keys', label: 'API Keys', icon: 'keys', key: 'k', needs: ['key.own', 'key.manage'] },
      {
        path: 'service-keys',
        label: 'Service Keys',
        icon: 'service-keys',
        key: 'v',
        needs: ['key.own', 'key.manage'],
      },
      { path: 'sessions', label: 'Sessions', icon: 'sessions', key: 'b', needs: ['key.own', 'key.manage'] },
      { path: 'domains', label: 'Custom Domains', icon: 'domains', key: 'n' },
    ],
  },
];

export const NAV_ITEMS: readonly NavItem[] = NAV.flatMap((group) => group.items);
