import type { Principal } from '@app/kernel';
import { ROLE_PERMISSIONS } from './capability';
import type { EnvMember } from './signed-in';

/** A person of the app as the principal that services know. */
export const toPrincipal = (member: EnvMember): Principal => ({
  kind: 'user',
  credentialId: member.sessionId,
  apiKeyId: null,
  userId: member.userId,
  orgId: member.orgId,
  envId: member.envId,
  permissions: ROLE_PERMISSIONS[member.role],
  retentionClass: member.retentionClass,
});
