/**
 * Large values back into their texts. A reference counts only for the row that it was written with: whatever else looks
 * like one, in whoever's data, is somebody's text.
 */
import { ConflictError, type EnvScope } from '@app/kernel';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { blobConfig, type BlobConfig } from './blob.config';
import { BlobObjects, inTurns } from './blob-objects';
import { referencesIn, type FoundReference } from './blob-reference';
import { BlobRepository, type RefRow } from './blob.repository';
import { leafJson, type Form } from './large-leaves';

/** A stored text and the row that it is of: the event for its data, the run for its result. */
export interface Held {
  readonly ownerId: string;
  readonly text: string;
}

/** What is to be executed is not there as a whole, and never will be. */
export class LargeValueLostError extends ConflictError {
  constructor(why: string) {
    super(`A large value can not be read: ${why}`);
  }
}

/** A reference in a text, and what it stands for. */
interface Owned extends FoundReference {
  readonly row: RefRow;
}

/** Longer texts there are none: the engine's limit is 2^29 - 24 characters, and an answer has some around its values. */
const MAX_CHARS = 480 * 1024 * 1024;

@Injectable()
export class Rehydration {
  private readonly log = new Logger(Rehydration.name);

  constructor(
    private readonly repository: BlobRepository,
    private readonly objects: BlobObjects,
    @Inject(blobConfig.token) private readonly config: BlobConfig,
  ) {}

  /** Never throws for what can't be read: it stays a reference. */
  async shown(scope: EnvScope, held: readonly Held[]): Promise<readonly string[]> {
    try {
      const found = await this.owned(scope, held);
      const json = await this.read(this.withinLimits(found.flat()), (error) => this.unreadable(error));
      let room = MAX_CHARS - held.reduce((chars, { text }) => chars + text.length, 0);
      return held.map(({ text }, index) =>
        spliced(text, found[index] ?? [], ({ row }) => {
          const value = json.get(row.refId) ?? null;
          if (value === null || value.length > room) return null;
          room -= value.length;
          return value;
        }),
      );
    } catch (error) {
      this.unreadable(error);
      return held.map(({ text }) => text);
    }
  }

  /**
   * Throws LargeValueLostError when it will never be whole again, and what the database or the storage threw when it may
   * be later.
   */
  async whole(scope: EnvScope, held: Held): Promise<string> {
    const [found = []] = await this.owned(scope, [held]);
    const { maxRefs, maxTotalBytes } = this.config;
    if (found.length > maxRefs) throw new LargeValueLostError(`there are more than ${maxRefs} of them`);
    if (found.reduce((bytes, { row }) => bytes + row.size, 0) > maxTotalBytes)
      throw new LargeValueLostError(`together they have more than ${maxTotalBytes} bytes`);
    const json = await this.read(found, (error) => {
      throw error;
    });
    return spliced(held.text, found, ({ refId }) => {
      const value = json.get(refId) ?? null;
      if (value === null) throw new LargeValueLostError(`its bytes are gone (reference ${refId})`);
      return value;
    });
  }

  /** Of each text, what is its row's own. */
  private async owned(scope: EnvScope, held: readonly Held[]): Promise<readonly (readonly Owned[])[]> {
    const found = held.map(({ text }) => referencesIn(text));
    const refIds = new Set(found.flat().map(({ refId }) => refId));
    if (refIds.size === 0) return found.map(() => []);
    const rows = new Map((await this.repository.refs(scope, [...refIds])).map((row) => [row.refId, row]));
    return found.map((references, index) =>
      references.flatMap((reference) => {
        const row = rows.get(reference.refId);
        return row !== undefined && row.sourceId === held[index]?.ownerId ? [{ ...reference, row }] : [];
      }),
    );
  }

  /** The first ones, as many as an answer may bring. */
  private withinLimits(found: readonly Owned[]): readonly Owned[] {
    let bytes = 0;
    const fits = found.findIndex(({ row }) => (bytes += row.size) > this.config.maxTotalBytes);
    return found.slice(0, Math.min(this.config.maxRefs, fits < 0 ? found.length : fits));
  }

  /** JSON texts by reference; null of those whose bytes are gone. */
  private async read(
    found: readonly Owned[],
    onError: (error: unknown) => void,
  ): Promise<ReadonlyMap<string, string | null>> {
    const json = new Map<string, string | null>();
    const rows = new Map(found.map(({ row }) => [row.refId, row]));
    await inTurns([...rows.values()], async (row) => {
      try {
        const bytes = await this.objects.read(row);
        json.set(row.refId, bytes === null ? null : leafJson(row.form as Form, bytes));
      } catch (error) {
        onError(error);
      }
    });
    return json;
  }

  private unreadable(error: unknown): void {
    this.log.warn({ event: 'blobs.unreadable', error: error instanceof Error ? error.message : error });
  }
}

/** @param jsonOf null leaves the reference */
function spliced(text: string, found: readonly Owned[], jsonOf: (owned: Owned) => string | null): string {
  const parts: string[] = [];
  let from = 0;
  for (const reference of found) {
    const json = jsonOf(reference);
    if (json === null) continue;
    parts.push(text.slice(from, reference.start), json);
    from = reference.end;
  }
  return parts.join('') + text.slice(from);
}
