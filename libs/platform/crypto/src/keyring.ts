import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '@app/kernel';
import { keyVersionOf, openSealed, orgKey, readForm, sealText, type SecretPlace } from './envelope';
import { openImported } from './imported-envelope';

export interface Sealed {
  readonly envelope: string;
  /** Which master key was used. */
  readonly keyVersion: string;
}

/** What is stored can't be read: sealed with a key that we do not have, for another place, or damaged. */
export class SecretUnreadableError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'SecretUnreadableError';
  }
}

interface MasterKey {
  readonly version: string;
  readonly key: Buffer;
}

export const VOUCH_BYTES = 32;

/** Organizations whose derived keys are remembered. */
const MAX_KEYS = 1_000;

/** Seals with the current master key, opens with that and former ones. */
export class Keyring {
  private readonly masters: readonly MasterKey[];
  private readonly derived = new Map<string, Buffer>();

  /** @param current 64 hexadecimal digits; null where nothing can be sealed @param previous former ones */
  constructor(current: string | null, previous: readonly string[] = []) {
    this.masters = [...(current === null ? [] : [current]), ...previous].map((hex) => {
      const key = Buffer.from(hex, 'hex');
      return { key, version: keyVersionOf(key) };
    });
    this.hasCurrent = current !== null;
  }

  private readonly hasCurrent: boolean;

  /** Version of the key that seals now; null when there is none. */
  get currentVersion(): string | null {
    return this.hasCurrent ? (this.masters[0]?.version ?? null) : null;
  }

  /** Throws AppError when this process has no master key. */
  seal(place: SecretPlace, text: string): Sealed {
    const [master] = this.masters;
    if (!this.hasCurrent || master === undefined) {
      throw new AppError('internal_server_error', 'Secrets can not be stored: HOT_ENCRYPTION_KEY is not set');
    }
    const key = this.orgKey(master, place.orgId);
    return { envelope: sealText(key, master.version, place, text), keyVersion: master.version };
  }

  /** The text that was sealed for this place. Throws SecretUnreadableError. */
  open(place: SecretPlace, envelope: string): string {
    const form = readForm(envelope);
    if (form === null) return this.openImported(place, envelope);
    const master = this.masters.find(({ version }) => version === form.keyVersion);
    if (master === undefined) {
      throw new SecretUnreadableError(
        `it was sealed with a master key that is not configured (version ${form.keyVersion})`,
      );
    }
    const text = openSealed(this.orgKey(master, place.orgId), form.sealed, place);
    if (text === null)
      throw new SecretUnreadableError('it is damaged, or belongs to another row or environment');
    return text;
  }

  private openImported(place: SecretPlace, envelope: string): string {
    for (const { key } of this.masters) {
      const text = openImported(key, place.orgId, envelope);
      if (text !== null) return text;
    }
    throw new SecretUnreadableError('none of the configured master keys opens it');
  }

  /** Vouches for bytes that are kept where others may write, in one place; null when there is no master key. */
  vouch(place: string, bytes: Uint8Array): Buffer | null {
    const [master] = this.masters;
    return !this.hasCurrent || master === undefined ? null : this.vouchFor(master, place, bytes);
  }

  /** Whether these are the bytes that were vouched for, in this place, with a key that we have. */
  isVouched(place: string, bytes: Uint8Array, by: Uint8Array): boolean {
    return (
      by.length === VOUCH_BYTES &&
      this.masters.some((master) => timingSafeEqual(this.vouchFor(master, place, bytes), by))
    );
  }

  private vouchFor(master: MasterKey, place: string, bytes: Uint8Array): Buffer {
    const key = orgKey(master.key, 'hot-vouch-1');
    return createHmac('sha256', key).update(`${place.length}:${place}`).update(bytes).digest();
  }

  private orgKey(master: MasterKey, orgId: string): Buffer {
    const name = `${master.version}${orgId}`;
    const known = this.derived.get(name);
    if (known !== undefined) return known;
    if (this.derived.size >= MAX_KEYS) this.derived.clear();
    const key = orgKey(master.key, `hot-secret-1-org-${orgId}`);
    this.derived.set(name, key);
    return key;
  }
}
