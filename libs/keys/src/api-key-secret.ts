import { hash, randomBytes } from 'node:crypto';
import { bareUuid } from '@app/kernel';

/** What is stored of a key's secret. */
export interface KeyData {
  readonly algorithm: 'sha256';
  /** Base64 of the digest of the secret's hex text. */
  readonly hash: string;
}

export interface NewSecret {
  /** The whole key, shown once and never again. */
  readonly token: string;
  readonly keyData: KeyData;
}

/** A fresh secret for the key of that id. Random enough that a fast hash is the right one. */
export function newSecret(apiKeyId: string): NewSecret {
  const secret = randomBytes(32).toString('hex');
  return {
    token: `hot_${bareUuid(apiKeyId)}_${secret}`,
    keyData: { algorithm: 'sha256', hash: hash('sha256', secret, 'base64') },
  };
}

/** The digest to compare with; null for data of an algorithm that is not ours. */
export function secretHash(keyData: KeyData): Buffer | null {
  const digest = keyData.algorithm === 'sha256' ? Buffer.from(keyData.hash, 'base64') : null;
  return digest?.length === 32 ? digest : null;
}
