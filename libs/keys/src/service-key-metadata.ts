import { Injectable } from '@nestjs/common';
import type { EnvScope } from '@app/kernel';
import { Keyring, type Sealed, type SecretPlace } from '@app/platform/crypto';

/** Metadata of service keys in the form in which it is stored: an envelope that opens for its own row only. */
@Injectable()
export class ServiceKeyMetadata {
  constructor(private readonly keyring: Keyring) {}

  /** Throws AppError when this process has no master key. */
  seal(scope: EnvScope, serviceKeyId: string, json: string): Sealed {
    return this.keyring.seal(placeOf(scope, serviceKeyId), json);
  }

  /** JSON text. Throws SecretUnreadableError. */
  open(scope: EnvScope, serviceKeyId: string, envelope: string): string {
    return this.keyring.open(placeOf(scope, serviceKeyId), envelope);
  }

  /** Null when this process has no master key. */
  get currentVersion(): string | null {
    return this.keyring.currentVersion;
  }
}

function placeOf({ orgId, envId }: EnvScope, serviceKeyId: string): SecretPlace {
  return { orgId, envId, table: 'service_key', id: serviceKeyId };
}
