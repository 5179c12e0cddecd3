/**
 * Data of events that running code sent with secrets in it: stored sealed, opened for the run that gets it. The column
 * `sealed` holds `<event id> <envelope>`; the id is that of the event that was sealed, which copies of it keep.
 */
import type { ClaimedRow } from '@app/dispatch';
import type { EnvScope } from '@app/kernel';
import { Keyring, SecretUnreadableError, type SecretPlace } from '@app/platform/crypto';
import { Injectable } from '@nestjs/common';
import { restoreLeaves, type Hidden, type HiddenLeaf, type RunSecrets } from './secret-leaves';

export interface SealedData {
  readonly eventData: string;
  readonly sealed: string | null;
}

interface Contents {
  readonly leaves: readonly HiddenLeaf[];
  readonly secrets: readonly string[];
}

@Injectable()
export class EventSeals {
  constructor(private readonly keyring: Keyring) {}

  /** The data as it may be stored. */
  seal(scope: EnvScope, eventId: string, eventData: string, secrets: RunSecrets): SealedData {
    const hidden = secrets.hideIn(eventData);
    if (hidden === null) return { eventData, sealed: null };
    return { eventData: hidden.shown, sealed: this.sealedOf(scope, eventId, hidden) };
  }

  /** The row with its event's data as it was sent. Throws SecretUnreadableError. */
  opened(row: ClaimedRow): ClaimedRow {
    if (row.sealed === null) return row;
    const eventData = restoreLeaves(row.event_data, this.contentsOf(row).leaves);
    if (eventData === null) throw new SecretUnreadableError('it belongs to another event');
    return { ...row, event_data: eventData };
  }

  /** JSON texts of the secrets in the row's event. Throws SecretUnreadableError. */
  secretsOf(row: ClaimedRow): readonly string[] {
    return row.sealed === null ? [] : this.contentsOf(row).secrets;
  }

  private sealedOf(scope: EnvScope, eventId: string, { leaves, secrets }: Hidden): string {
    const contents: Contents = { leaves, secrets };
    return `${eventId} ${this.keyring.seal(placeOf(scope, eventId), JSON.stringify(contents)).envelope}`;
  }

  private contentsOf({ org_id: orgId, env_id: envId, sealed }: ClaimedRow): Contents {
    const [eventId = '', envelope = ''] = (sealed ?? '').split(' ');
    // Written by ourselves: an envelope that opens is one that we made.
    return JSON.parse(this.keyring.open(placeOf({ orgId, envId }, eventId), envelope)) as Contents;
  }
}

function placeOf({ orgId, envId }: EnvScope, id: string): SecretPlace {
  return { orgId, envId, table: 'event', id };
}
