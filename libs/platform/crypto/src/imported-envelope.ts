/** The form that other installations of the product write: base64 of nonce, ciphertext and tag, bound to nothing. */
import { openSealed, orgKey } from './envelope';

/** The text inside, or null when this master key does not open it. */
export function openImported(master: Buffer, orgId: string, envelope: string): string | null {
  return openSealed(importedOrgKey(master, orgId), Buffer.from(envelope, 'base64'), null);
}

export function importedOrgKey(master: Buffer, orgId: string): Buffer {
  return orgKey(master, `hot-context-v1-org-${orgId.toLowerCase()}`);
}
