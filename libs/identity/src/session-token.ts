import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

// <32 hex session id>_<64 hex secret>: the row is found by its primary key, the secret is only compared.
const TOKEN = /^([0-9a-f]{32})_([0-9a-f]{64})$/;

export interface NewSessionToken {
  readonly token: string;
  readonly tokenHash: Buffer;
}

export interface ParsedSessionToken {
  readonly sessionId: string;
  readonly tokenHash: Buffer;
}

/** A fresh token of a session. Only its hash may be stored. */
export function makeSessionToken(sessionId: string): NewSessionToken {
  const secret = randomBytes(32).toString('hex');
  return { token: `${sessionId.replaceAll('-', '')}_${secret}`, tokenHash: sha256(secret) };
}

/** Takes a cookie's value apart; undefined when it is not one of ours. */
export function parseSessionToken(value: string): ParsedSessionToken | undefined {
  const match = TOKEN.exec(value);
  const hex = match?.[1];
  const secret = match?.[2];
  if (hex === undefined || secret === undefined) return undefined;
  return { sessionId: hexToUuid(hex), tokenHash: sha256(secret) };
}

/** A value that the browser must send back in a header with every write. */
export const makeCsrfToken = (): string => randomBytes(32).toString('base64url');

/** Compares two secrets in a time that does not depend on where they differ. */
export function equalSecrets(a: string | Buffer, b: string | Buffer): boolean {
  return timingSafeEqual(sha256(a), sha256(b));
}

const sha256 = (value: string | Buffer): Buffer => createHash('sha256').update(value).digest();

function hexToUuid(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
