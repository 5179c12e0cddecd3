/** AES-256-GCM with a key per organization and the place of the secret authenticated with it. Pure. */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** Where a secret is kept. An envelope opens nowhere else. */
export interface SecretPlace {
  readonly orgId: string;
  readonly envId: string;
  readonly table: string;
  /** Of the row. */
  readonly id: string;
}

export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';
const FORM = /^hot1:([0-9a-f]{16}):([A-Za-z0-9+/]+={0,2})$/;

/** Names a master key without telling anything about it. */
export function keyVersionOf(master: Buffer): string {
  return createHmac('sha256', master).update('hot-key-version').digest('hex').slice(0, 16);
}

export function orgKey(master: Buffer, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', master, Buffer.alloc(0), info, 32));
}

/** `hot1:<key version>:<base64 of nonce, ciphertext, tag>`. */
export function sealText(key: Buffer, keyVersion: string, place: SecretPlace, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(boundContext(place));
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `hot1:${keyVersion}:${sealed.toString('base64')}`;
}

export interface OpenedForm {
  readonly keyVersion: string;
  readonly sealed: Buffer;
}

/** The parts of an envelope; null when the text is none of ours. */
export function readForm(envelope: string): OpenedForm | null {
  const [, keyVersion, base64] = FORM.exec(envelope) ?? [];
  if (keyVersion === undefined || base64 === undefined) return null;
  return { keyVersion, sealed: Buffer.from(base64, 'base64') };
}

/** Null when the key, the place or a single bit is another. */
export function openSealed(key: Buffer, sealed: Buffer, place: SecretPlace | null): string | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
  try {
    const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    if (place !== null) decipher.setAAD(boundContext(place));
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    const text = decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

/** Ids and names of tables hold no line feed, so that no two places have one text. */
function boundContext({ orgId, envId, table, id }: SecretPlace): Buffer {
  return Buffer.from(['hot-secret-1', orgId, envId, table, id].join('\n'), 'utf8');
}
