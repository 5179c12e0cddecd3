/**
 * Data of events with secrets in it, sent by running code or made of a request that came from outside: stored sealed,
 * opened for the run that gets it. The column `sealed` holds `<event id> <envelope>`; the id is that of the event that
 * was sealed, which copies of it keep.
 */
import type { ClaimedRow } from '@app/dispatch';
import type { EnvScope } from '@app/kernel';
import { Keyring, SecretUnreadableError, type SecretPlace } from '@app/platform/crypto';
import { Injectable } from '@nestjs/common';
import { restoreLeaves, type HiddenLeaf, type RunSecrets } from './secret-leaves';

export interface SealedData {
  readonly eventData: string;
  readonly sealed: string | null;
}

/** The request on whose behalf something is called: the first argument, or JSON text of its own. */
export type CallerRequest = 'argument' | { readonly json: string };

export interface SealedContents {
  readonly leaves: readonly HiddenLeaf[];
  /** JSON texts. */
  readonly secrets: readonly string[];
  readonly request?: CallerRequest;
}

@Injectable()
export class EventSeals {
  constructor(private readonly keyring: Keyring) {}

  /** The data as it may be stored. */
  seal(scope: EnvScope, eventId: string, eventData: string, secrets: RunSecrets): SealedData {
    const hidden = secrets.hideIn(eventData);
    if (hidden === null) return { eventData, sealed: null };
    const { leaves, secrets: found } = hidden;
    return { eventData: hidden.shown, sealed: this.sealContents(scope, eventId, { leaves, secrets: found }) };
  }

  /** For the column `sealed`; null when this process has no key to seal with. */
  sealContents(scope: EnvScope, eventId: string, contents: SealedContents): string | null {
    if (this.keyring.currentVersion === null) return null;
    return `${eventId} ${this.keyring.seal(placeOf(scope, eventId), JSON.stringify(contents)).envelope}`;
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

  /** What the row's run finds in its context as `hot.request`. Throws SecretUnreadableError. */
  requestOf(row: ClaimedRow): CallerRequest | null {
    return row.sealed === null ? null : (this.contentsOf(row).request ?? null);
  }

  private contentsOf({ org_id: orgId, env_id: envId, sealed }: ClaimedRow): SealedContents {
    const [eventId = '', envelope = ''] = (sealed ?? '').split(' ');
    // Written by ourselves: an envelope that opens is one that we made.
    return JSON.parse(this.keyring.open(placeOf({ orgId, envId }, eventId), envelope)) as SealedContents;
  }
}

function placeOf({ orgId, envId }: EnvScope, id: string): SecretPlace {
  return { orgId, envId, table: 'event', id };
}
