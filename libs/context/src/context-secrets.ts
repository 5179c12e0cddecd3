import { Injectable } from '@nestjs/common';
import type { EnvScope } from '@app/kernel';
import { Keyring, type Sealed, type SecretPlace } from '@app/platform/crypto';

/** Values of context variables in the form in which they are stored. */
@Injectable()
export class ContextSecrets {
  constructor(private readonly keyring: Keyring) {}

  /** @param contextId of the row that the value is for: it opens nowhere else */
  seal(scope: EnvScope, contextId: string, value: string): Sealed {
    return this.sealJson(scope, contextId, JSON.stringify(value));
  }

  sealJson(scope: EnvScope, contextId: string, json: string): Sealed {
    return this.keyring.seal(placeOf(scope, contextId), json);
  }

  /** JSON text of the value. Throws SecretUnreadableError. */
  openJson(scope: EnvScope, contextId: string, envelope: string): string {
    return this.keyring.open(placeOf(scope, contextId), envelope);
  }

  /** Null when this process has no master key. */
  get currentVersion(): string | null {
    return this.keyring.currentVersion;
  }
}

function placeOf({ orgId, envId }: EnvScope, contextId: string): SecretPlace {
  return { orgId, envId, table: 'context', id: contextId };
}
