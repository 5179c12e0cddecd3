import type { PermissionMap } from '@app/contracts';

export interface Preset {
  readonly label: string;
  readonly text: string;
  readonly permissions: PermissionMap;
}

/** Starting points for what keys are usually made for. */
export const PRESETS: readonly Preset[] = [
  { label: 'Full access', text: 'Everything, in this environment', permissions: { '*:*': ['*'] } },
  { label: 'Read only', text: 'See everything, change nothing', permissions: { '*:*': ['read'] } },
  {
    label: 'Customer integration',
    text: 'Send events and follow what comes of them',
    permissions: { 'event:*': ['create'], 'stream:*': ['read'], 'run:*': ['read'] },
  },
  {
    label: 'CI deploy',
    text: 'Upload builds and deploy them',
    permissions: { 'project:*': ['create', 'read'], 'build:*': ['create', 'read', 'execute'] },
  },
  { label: 'Events', text: 'Send and read events', permissions: { 'event:*': ['create', 'read'] } },
  { label: 'Streams', text: 'Follow streams', permissions: { 'stream:*': ['read'] } },
  { label: 'Runs', text: 'Read runs', permissions: { 'run:*': ['read'] } },
];
