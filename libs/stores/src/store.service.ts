import { newId } from '@app/kernel';
import { databaseErrorCode } from '@app/platform/database';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { searchable, textQuery } from './search-text';
import { keyOf } from './store-key';
import { parseStoreName, PLAIN, requireSame, type StoreSettings } from './store-settings';
import { NotOurStoreRunError, StoreRefusedError } from './store.errors';
import {
  StoreRepository,
  type EntryInput,
  type EntryRow,
  type PutOutcome,
  type StoreGuard,
} from './store.repository';
import { StoreUsage } from './store-usage';

/** The run on whose behalf a store is used. */
export type StoreCaller = StoreGuard;

/** Key and value are JSON texts, kept as they are. */
export interface StoreWrite {
  readonly key: string;
  readonly value: string;
  /** By which it is found, in a map with text search. */
  readonly text: string | null;
}

export interface Listed {
  readonly key: string;
  readonly value: string;
  /** Grows along the order of the map. */
  readonly seq: number;
}

export interface Hit {
  readonly key: string;
  readonly value: string;
  /** 1 for the query in one piece, 0.5 for all of its words. */
  readonly score: string;
}

export const MAX_VALUE_BYTES = 10 * 1024 * 1024;
/** Of one answer. */
export const MAX_ANSWER_BYTES = 24 * 1024 * 1024;
const MAX_BATCH_BYTES = 24 * 1024 * 1024;
const MAX_ROWS = 1_000_000;
const MAX_ATTEMPTS = 10;
/** A handle with settings that fit is not checked again for so long; writes check them anyway. */
const KNOWN_FOR_MS = 10_000;
const FOREIGN_KEY_VIOLATION = '23503';

/** The maps of an environment. Throws StoreRefusedError for what is the program's fault, NotOurStoreRunError. */
@Injectable()
export class StoreService {
  /** Settings of maps, as a check has found them. */
  private readonly known = new LRUCache<string, StoreSettings>({ max: 10_000, ttl: KNOWN_FOR_MS });

  constructor(
    private readonly rows: StoreRepository,
    private readonly usage: StoreUsage,
  ) {}

  /** Makes the map when it is not there. */
  async ensure(caller: StoreCaller, untrustedName: unknown, settings: StoreSettings): Promise<void> {
    const name = parseStoreName(untrustedName);
    const known = this.known.get(cacheKey(caller, name));
    if (known !== undefined && isSame(known, settings)) return;
    await this.make(caller, name, settings);
  }

  async put(
    caller: StoreCaller,
    untrustedName: unknown,
    settings: StoreSettings | undefined,
    write: StoreWrite,
  ): Promise<void> {
    await this.write(caller, untrustedName, settings, [write], (name, as, [entry]) =>
      this.rows.put(caller, name, as, entry, 'put'),
    );
  }

  /** Whether it was missing. Of any number at the same time, one is told so. */
  async putIfMissing(
    caller: StoreCaller,
    untrustedName: unknown,
    settings: StoreSettings | undefined,
    write: StoreWrite,
  ): Promise<boolean> {
    const { inserted } = await this.write(caller, untrustedName, settings, [write], (name, as, [entry]) =>
      this.rows.put(caller, name, as, entry, 'putIfMissing'),
    );
    return inserted > 0;
  }

  /** All or none. */
  async putMany(
    caller: StoreCaller,
    untrustedName: unknown,
    settings: StoreSettings | undefined,
    writes: readonly StoreWrite[],
  ): Promise<void> {
    const [first, ...others] = writes;
    if (first === undefined) return;
    await this.write(caller, untrustedName, settings, [first, ...others], (name, as, entries) =>
      this.rows.putMany(caller, name, as, entries),
    );
  }

  async get(caller: StoreCaller, untrustedName: unknown, key: string): Promise<string | undefined> {
    return this.rows.get(caller, parseStoreName(untrustedName), keyOf(key).hash);
  }

  /** Whether it was there. */
  async delete(caller: StoreCaller, untrustedName: unknown, key: string): Promise<boolean> {
    const { ours, gone } = await this.rows.delete(caller, parseStoreName(untrustedName), keyOf(key).hash);
    if (ours === 0) throw new NotOurStoreRunError();
    return gone > 0;
  }

  async clear(caller: StoreCaller, untrustedName: unknown): Promise<void> {
    const { ours } = await this.rows.clear(caller, parseStoreName(untrustedName));
    if (ours === 0) throw new NotOurStoreRunError();
  }

  /** The next use makes it anew, with the settings of that use. */
  async destroy(caller: StoreCaller, untrustedName: unknown): Promise<void> {
    const name = parseStoreName(untrustedName);
    const { ours } = await this.rows.destroy(caller, name);
    this.known.delete(cacheKey(caller, name));
    if (ours === 0) throw new NotOurStoreRunError();
  }

  count(caller: StoreCaller, untrustedName: unknown): Promise<number> {
    return this.rows.count(caller, parseStoreName(untrustedName));
  }

  async edge(
    caller: StoreCaller,
    untrustedName: unknown,
    which: 'first' | 'last',
  ): Promise<{ readonly key: string; readonly value: string } | undefined> {
    return this.rows.edge(caller, parseStoreName(untrustedName), which);
  }

  /** @param from a position, or the sequence number of the entry before */
  async list(
    caller: StoreCaller,
    untrustedName: unknown,
    from: { readonly offset: number } | { readonly afterSeq: number },
    limit: number,
  ): Promise<readonly Listed[]> {
    const name = parseStoreName(untrustedName);
    return whole(await this.rows.list(caller, name, from, Math.min(limit, MAX_ROWS), MAX_ANSWER_BYTES));
  }

  async search(
    caller: StoreCaller,
    untrustedName: unknown,
    query: string,
    limit: number,
    minScore: number,
  ): Promise<readonly Hit[]> {
    const name = parseStoreName(untrustedName);
    const asked = textQuery(query);
    if (asked === null) return [];
    return whole(
      await this.rows.search(caller, name, asked, Math.min(limit, MAX_ROWS), minScore, MAX_ANSWER_BYTES),
    );
  }

  /** What a program was told is there may have been destroyed since: then it is made again. */
  private async write(
    caller: StoreCaller,
    untrustedName: unknown,
    settings: StoreSettings = PLAIN,
    writes: readonly [StoreWrite, ...StoreWrite[]],
    send: (
      name: string,
      settings: StoreSettings,
      entries: readonly [EntryInput, ...EntryInput[]],
    ) => Promise<PutOutcome>,
  ): Promise<PutOutcome> {
    const name = parseStoreName(untrustedName);
    const entries = entriesOf(writes, settings);
    const bytes = entries.reduce((sum, entry) => sum + entry.size, 0);
    if (bytes > MAX_BATCH_BYTES) {
      throw new StoreRefusedError(
        'quota',
        `at most ${MAX_BATCH_BYTES} bytes are written at once, these are ${bytes}`,
      );
    }
    await this.usage.require(caller.orgId, bytes);
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const outcome = await send(name, settings, entries).catch(whenDestroyed);
      if (outcome !== null && outcome.ours === 0) throw new NotOurStoreRunError();
      if (outcome !== null && outcome.maps > 0) return outcome;
      await this.make(caller, name, settings);
    }
    throw new Error(`Store ${name} was destroyed as often as it was made`);
  }

  private async make(caller: StoreCaller, name: string, settings: StoreSettings): Promise<void> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const made = await this.rows.ensure(caller, name, settings, newId());
      if (!made.ours) throw new NotOurStoreRunError();
      // Made by somebody else while our statement went on, which does not see it yet: the next one does.
      if (made.settings === undefined) continue;
      requireSame(name, made.settings, settings);
      // Embeddings that were turned on by our statement while another one made the map: the same again.
      if (!isSame(made.settings, settings)) continue;
      this.known.set(cacheKey(caller, name), settings);
      return;
    }
    throw new Error(`Store ${name} could not be made`);
  }
}

const cacheKey = ({ envId }: StoreCaller, name: string): string => `${envId}/${name}`;

const isSame = (a: StoreSettings, b: StoreSettings): boolean =>
  a.textSearch === b.textSearch && a.embedding === b.embedding;

/** Of equal keys the last value counts, at the place of the first. */
function entriesOf(
  writes: readonly [StoreWrite, ...StoreWrite[]],
  settings: StoreSettings,
): readonly [EntryInput, ...EntryInput[]] {
  const [first, ...others] = writes.map((write) => entryOf(write, settings));
  if (first === undefined || others.length === 0) return [entryOf(writes[0], settings)];
  const byHash = new Map<string, EntryInput>();
  for (const entry of [first, ...others]) {
    const hash = entry.hash.toString('base64');
    byHash.set(hash, { ...entry, key: byHash.get(hash)?.key ?? entry.key });
  }
  const [head = first, ...tail] = byHash.values();
  return [head, ...tail];
}

function entryOf({ key, value, text }: StoreWrite, { textSearch }: StoreSettings): EntryInput {
  const { hash, json } = keyOf(key);
  const valueBytes = Buffer.byteLength(value);
  if (valueBytes > MAX_VALUE_BYTES) {
    throw new StoreRefusedError(
      'quota',
      `values have at most ${MAX_VALUE_BYTES} bytes, this one has ${valueBytes}`,
    );
  }
  const searchText = textSearch && text !== null ? searchable(text) : null;
  return { hash, key: json, value, size: Buffer.byteLength(json) + valueBytes, searchText };
}

function whole<Row extends EntryRow>(rows: readonly Row[]): readonly (Row & { readonly value: string })[] {
  return rows.map((row) => {
    const { value } = row;
    if (value === null) {
      throw new StoreRefusedError(
        'quota',
        `these entries have more than ${MAX_ANSWER_BYTES} bytes together: ask for fewer with a limit`,
      );
    }
    return { ...row, value };
  });
}

/** Null when the map went away under the statement. */
function whenDestroyed(error: unknown): null {
  if (databaseErrorCode(error) === FOREIGN_KEY_VIOLATION) return null;
  throw error;
}
