import { parseUuid } from '@app/kernel';

export type TokenKind = 'api-key' | 'session' | 'service-key';

export interface Token {
  readonly kind: TokenKind;
  readonly credentialId: string;
  /** The hex text after the last underscore: what is hashed is this text, not the bytes it spells. */
  readonly secret: string;
}

// The scheme in any case, exactly one space, nothing trimmed.
const BEARER = /^bearer ([0-9a-z_]+)$/i;
const API_KEY = /^hot_([0-9a-f]{32})_([0-9a-f]{64})$/i;
const SESSION = /^s_([0-9a-f]{32})_([0-9a-f]{32})$/i;
const SERVICE_KEY = /^([0-9a-f]{32})_([0-9a-f]{32})$/i;

/** Reads an Authorization header. Null for anything that is not one of our tokens. */
export function parseAuthorization(header: string | undefined): Token | null {
  const token = header === undefined ? undefined : BEARER.exec(header)?.[1];
  return token === undefined ? null : parseToken(token);
}

/** Reads a bare token. */
export function parseToken(token: string): Token | null {
  const kind = token.startsWith('s_') ? 'session' : token.startsWith('hot_') ? 'api-key' : 'service-key';
  const shape = kind === 'session' ? SESSION : kind === 'api-key' ? API_KEY : SERVICE_KEY;
  const [, id = '', secret = ''] = shape.exec(token) ?? [];
  const credentialId = parseUuid(id);
  return credentialId === null ? null : { kind, credentialId, secret };
}
