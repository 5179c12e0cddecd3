/**
 * What is executed later and has secrets in it: data of events, sent by running code or made of a request that came from
 * outside, messages and checkpoints of tasks, arguments of schedules. Stored sealed, opened for the run that gets it. A
 * column `sealed` holds `<id> <envelope>`, or `<id> <envelope> <offset>` where the sealed text begins there in a longer
 * one. The id is that of the event, task or schedule that was sealed, which copies of it keep.
 */
import type { ClaimedRow } from '@app/dispatch';
import type { EnvScope } from '@app/kernel';
import { Keyring, SecretUnreadableError, type SecretPlace } from '@app/platform/crypto';
import { Injectable } from '@nestjs/common';
import { restoreLeaves, RunSecrets, type HiddenLeaf } from './secret-leaves';

export interface SealedData {
  readonly eventData: string;
  readonly sealed: string | null;
}

/** JSON text as it may be stored, and what belongs into the column beside it. */
export interface SealedText {
  readonly text: string;
  readonly sealed: string | null;
}

export interface OpenedText {
  /** JSON text as it was. */
  readonly text: string;
  /** JSON texts of the secrets in it. */
  readonly secrets: readonly string[];
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
    const { text, sealed } = this.sealText(scope, eventId, eventData, secrets);
    return { eventData: text, sealed };
  }

  /** The same for any other text. @param id of the task or the schedule that it belongs to */
  sealText(scope: EnvScope, id: string, json: string, secrets: RunSecrets): SealedText {
    const hidden = secrets.hideIn(json);
    if (hidden === null) return { text: json, sealed: null };
    const { leaves, secrets: found } = hidden;
    return { text: hidden.shown, sealed: this.sealContents(scope, id, { leaves, secrets: found }) };
  }

  /** Throws SecretUnreadableError. */
  openText(scope: EnvScope, { text, sealed }: SealedText): OpenedText {
    if (sealed === null) return { text, secrets: [] };
    const { leaves, secrets } = this.contents(scope, sealed);
    return { text: restored(text, leaves), secrets };
  }

  /** The same in an envelope of the key that seals now. Throws SecretUnreadableError. */
  sealedAnew(scope: EnvScope, sealed: string): string | null {
    return this.sealContents(scope, sealed.split(' ')[0] ?? '', this.contents(scope, sealed));
  }

  /** Null when this process has no key to seal with. */
  get keyVersion(): string | null {
    return this.keyring.currentVersion;
  }

  /** For the column `sealed`; null when this process has no key to seal with. */
  sealContents(scope: EnvScope, eventId: string, contents: SealedContents): string | null {
    if (this.keyring.currentVersion === null) return null;
    return `${eventId} ${this.keyring.seal(placeOf(scope, eventId), JSON.stringify(contents)).envelope}`;
  }

  /** The row with its event's data as it was sent. Throws SecretUnreadableError. */
  opened(row: ClaimedRow): ClaimedRow {
    if (row.sealed === null) return row;
    return { ...row, event_data: restored(row.event_data, this.contentsOf(row).leaves) };
  }

  /** JSON texts of the secrets in the row's event. Throws SecretUnreadableError. */
  secretsOf(row: ClaimedRow): readonly string[] {
    return row.sealed === null ? [] : this.contentsOf(row).secrets;
  }

  /** The same, to look for them in other texts. Throws SecretUnreadableError. */
  knownOf(row: ClaimedRow): RunSecrets {
    const known = new RunSecrets();
    for (const secret of this.secretsOf(row)) known.add(secret);
    return known;
  }

  /** What the row's run finds in its context as `hot.request`. Throws SecretUnreadableError. */
  requestOf(row: ClaimedRow): CallerRequest | null {
    return row.sealed === null ? null : (this.contentsOf(row).request ?? null);
  }

  private contentsOf({ org_id: orgId, env_id: envId, sealed }: ClaimedRow): SealedContents {
    return this.contents({ orgId, envId }, sealed ?? '');
  }

  private contents(scope: EnvScope, sealed: string): SealedContents {
    const [id = '', envelope = '', offset] = sealed.split(' ');
    // Written by ourselves: an envelope that opens is one that we made.
    const contents = JSON.parse(this.keyring.open(placeOf(scope, id), envelope)) as SealedContents;
    if (offset === undefined) return contents;
    const by = Number(offset);
    return { ...contents, leaves: contents.leaves.map(([at, ...rest]) => [at + by, ...rest]) };
  }
}

function restored(text: string, leaves: readonly HiddenLeaf[]): string {
  const whole = restoreLeaves(text, leaves);
  if (whole === null) throw new SecretUnreadableError('it belongs to another event');
  return whole;
}

function placeOf({ orgId, envId }: EnvScope, id: string): SecretPlace {
  return { orgId, envId, table: 'event', id };
}
