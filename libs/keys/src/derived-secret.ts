import { hash, randomBytes } from 'node:crypto';
import { bareUuid } from '@app/kernel';

export interface DerivedSecret {
  /** The whole credential, shown once and never again. */
  readonly token: string;
  /** SHA-256 of the secret's hex text: all that is stored. */
  readonly secretHash: Buffer;
}

/** The secret of a new session (`s_<id>_<secret>`) or service key (`<id>_<secret>`). */
export function newDerivedSecret(kind: 'session' | 'service-key', id: string): DerivedSecret {
  const secret = randomBytes(16).toString('hex');
  return {
    token: `${kind === 'session' ? 's_' : ''}${bareUuid(id)}_${secret}`,
    secretHash: hash('sha256', secret, 'buffer'),
  };
}
