import type { KeyRow } from '@app/contracts';
import { roleMay, type EnvMember } from '@app/identity';
import { bareUuid } from '@app/kernel';
import type { KeyRecord } from './key.queries';

/** `hot_` and the beginning of the id: enough to recognise a key, nothing of its secret. */
const PREFIX_LENGTH = 12;

export const toKeyRow = (key: KeyRecord, viewer: EnvMember): KeyRow => ({
  api_key_id: key.api_key_id,
  description: key.description,
  prefix: `hot_${bareUuid(key.api_key_id)}`.slice(0, PREFIX_LENGTH),
  state: key.active ? 'active' : 'revoked',
  permissions: key.permissions,
  created_at: key.created_at.toISOString(),
  created_by:
    key.created_by_name === null ? null : { user_id: key.created_by_user_id, name: key.created_by_name },
  last_used_at: key.last_used_at?.toISOString() ?? null,
  updated_at: key.updated_at.toISOString(),
  mine_to_manage: mayManage(key, viewer),
});

/** Admins manage every key, members the ones they made. */
export const mayManage = (key: KeyRecord, viewer: EnvMember): boolean =>
  roleMay(viewer.role, 'key.manage') || key.created_by_user_id === viewer.userId;
