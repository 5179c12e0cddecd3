/**
 * Large texts and byte strings apart from the rows they belong to. Writing: `spill` before the row, its references with
 * the row. Reading: `shown` and `fill` for people and clients, which leave in place what can't be read; `whole` for what
 * is executed, which must not.
 */
import { newId, type EnvScope } from '@app/kernel';
import { processConfig, type ProcessConfig } from '@app/platform/config';
import { counter } from '@app/platform/metrics';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { blobConfig, type BlobConfig } from './blob.config';
import { BlobObjects, hashOf } from './blob-objects';
import { mayHoldReferences, previewOf, referenceJson } from './blob-reference';
import { largeLeaves, mayHoldLeafOf, type LargeLeaf } from './large-leaves';
import { Rehydration, type Held } from './rehydration';
import type { NewRef } from './spill.sql';

export interface Spilled {
  /** The text with a reference in place of each large leaf. */
  readonly text: string;
  readonly refs: readonly NewRef[];
}

const MIN_THRESHOLD = 1_024;
const DEFAULT_THRESHOLD = { production: 65_536, development: 16_384 } as const;
/** Storage that takes longer is as good as away: the value stays in its row. */
const PATIENCE_MS = 15_000;

const spilled = counter('hot_blobs_spilled_total', 'Large values that are kept apart from their rows');
const failed = counter(
  'hot_blob_spills_failed_total',
  'Texts that stayed in their rows because storage was away',
);

@Injectable()
export class LargeValues {
  private readonly log = new Logger(LargeValues.name);
  private readonly threshold: number;

  constructor(
    private readonly objects: BlobObjects,
    private readonly rehydration: Rehydration,
    @Inject(blobConfig.token) private readonly config: BlobConfig,
    @Inject(processConfig.token) { mode }: ProcessConfig,
  ) {
    const { thresholdBytes } = config;
    this.threshold =
      config.mode === 'off'
        ? Number.POSITIVE_INFINITY
        : Math.max(MIN_THRESHOLD, thresholdBytes === 0 ? DEFAULT_THRESHOLD[mode] : thresholdBytes);
  }

  /** By its length alone: nearly all texts end here. */
  mayBeLarge(json: string): boolean {
    return mayHoldLeafOf(this.threshold, json);
  }

  /**
   * The text as it is to be stored; null when it stays as it is, also because storage is away: better a large row than
   * none. Secrets must be gone from it. The references have to be written with the row, soon.
   */
  async spill(scope: EnvScope, json: string): Promise<Spilled | null> {
    if (!this.mayBeLarge(json)) return null;
    const leaves = largeLeaves(json, this.threshold, this.config.maxRefs);
    if (leaves.length === 0) return null;
    try {
      return await inTime(this.keep(scope, json, leaves));
    } catch (error) {
      failed.add({});
      this.log.warn({
        event: 'blobs.not_spilled',
        envId: scope.envId,
        error: error instanceof Error ? error.message : error,
      });
      return null;
    }
  }

  /** The texts with everything put back that can be read, within the limits of one answer. */
  shown(scope: EnvScope, held: readonly Held[]): Promise<readonly string[]> {
    return this.rehydration.shown(scope, held);
  }

  /** The same for one. */
  async shownOne(scope: EnvScope, held: Held): Promise<string> {
    if (!mayHoldReferences(held.text)) return held.text;
    const [text = held.text] = await this.shown(scope, [held]);
    return text;
  }

  /** The same for things that have such a text; those without references come back as they are. */
  async fill<T>(
    scope: EnvScope,
    items: readonly T[],
    textOf: (item: T) => { readonly ownerId: string | null; readonly text: string | null },
    withText: (item: T, text: string) => T,
  ): Promise<readonly T[]> {
    const held = items.flatMap((item, index) => {
      const { ownerId, text } = textOf(item);
      return ownerId !== null && text !== null && mayHoldReferences(text) ? [{ index, ownerId, text }] : [];
    });
    if (held.length === 0) return items;
    const texts = await this.shown(scope, held);
    const filled = [...items];
    held.forEach(({ index }, at) => {
      const item = items[index];
      const text = texts[at];
      if (item !== undefined && text !== undefined) filled[index] = withText(item, text);
    });
    return filled;
  }

  holdsReferences(json: string): boolean {
    return mayHoldReferences(json);
  }

  /** The text as it was before it was stored. Throws LargeValueLostError. */
  whole(scope: EnvScope, held: Held): Promise<string> {
    return this.rehydration.whole(scope, held);
  }

  private async keep(scope: EnvScope, json: string, leaves: readonly LargeLeaf[]): Promise<Spilled> {
    const hashed = leaves.map((leaf) => ({ ...leaf, hash: hashOf(leaf.bytes) }));
    const objects = await this.objects.keep(scope, new Map(hashed.map(({ hash, bytes }) => [hash, bytes])));
    const refs = new Map<string, NewRef>();
    let text = '';
    let from = 0;
    for (const { start, end, form, bytes, hash, ...leaf } of hashed) {
      const objectId = objects.get(hash);
      if (objectId === undefined) throw new Error('A content has no object');
      const key = `${hash} ${form}`;
      const ref = refs.get(key) ?? { refId: newId(), objectId, form };
      refs.set(key, ref);
      const preview = leaf.text === null ? null : previewOf(leaf.text, this.config.previewBytes);
      text += json.slice(from, start) + referenceJson({ ...ref, hash, size: bytes.length, form, preview });
      from = end;
    }
    spilled.add({}, hashed.length);
    return { text: text + json.slice(from), refs: [...refs.values()] };
  }
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const done = new AbortController();
  work.catch(() => undefined);
  try {
    return await Promise.race([
      work,
      sleep(PATIENCE_MS, undefined, { signal: done.signal, ref: false }).then(() => {
        throw new Error(`Storage did not answer within ${PATIENCE_MS} ms`);
      }),
    ]);
  } finally {
    done.abort();
  }
}
