import { newId } from '@app/kernel';
import { databaseErrorCode } from '@app/platform/database';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { searchable, textQuery } from './search-text';
import { keyOf } from './store-key';
import { dimensionsOf, parseStoreName, PLAIN, requireSame, type StoreSettings } from './store-settings';
import { NotOurStoreRunError, StoreRefusedError } from './store.errors';
import {
  StoreRepository,
  type EntryInput,
  type EntryRow,
  type PutOutcome,
  type StoreGuard,
} from './store.repository';
import { StoreUsage } from './store-usage';
import { Nearest, scoreText, vectorOf, vectorText } from './vectors';

/** The run on whose behalf a store is used. */
export type StoreCaller = StoreGuard;

/** Key and value are JSON texts, kept as they are. */
export interface StoreWrite {
  readonly key: string;
  readonly value: string;
  /** By which it is found, in a map with text search. */
  readonly text: string | null;
  /** What the text means, in a map with embeddings. */
  readonly vector: readonly unknown[] | null;
}

export interface StoreQuery {
  readonly mode: 'keyword' | 'semantic' | 'hybrid';
  readonly query: string;
  /** What the query means; null when nobody could say. */
  readonly vector: readonly unknown[] | null;
  readonly limit: number;
  readonly minScore: number;
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
  /** 1 for the query in one piece, 0.5 for all of its words; how near it means the same, 1 at most. */
  readonly score: string;
}

export const MAX_VALUE_BYTES = 10 * 1024 * 1024;
/** Of one answer. */
export const MAX_ANSWER_BYTES = 24 * 1024 * 1024;
const MAX_BATCH_BYTES = 24 * 1024 * 1024;
const MAX_ROWS = 1_000_000;
/** All vectors of a map are compared. */
export const MAX_VECTORS = 50_000;
const VECTORS_PER_PAGE = 2_000;
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

  /** Best first; of equals the earlier ones. */
  async search(
    caller: StoreCaller,
    untrustedName: unknown,
    { mode, query, vector, limit, minScore }: StoreQuery,
  ): Promise<readonly Hit[]> {
    const name = parseStoreName(untrustedName);
    const most = Math.min(limit, MAX_ROWS);
    const asked = mode === 'semantic' ? null : textQuery(query);
    const containing =
      asked && whole(await this.rows.search(caller, name, asked, most, minScore, MAX_ANSWER_BYTES));
    const wanted = mode === 'keyword' || vector === null ? null : vectorOf(vector, null);
    if (wanted === null) return containing ?? [];
    return bestOf(
      [...(containing ?? []), ...(await this.nearest(caller, name, wanted, most, minScore))],
      most,
    );
  }

  private async nearest(
    caller: StoreCaller,
    name: string,
    wanted: Float32Array,
    limit: number,
    minScore: number,
  ): Promise<readonly (Hit & { readonly seq: number })[]> {
    const found = new Nearest(wanted, limit, minScore);
    let afterSeq = 0;
    for (let seen = 0; ;) {
      const page = await this.rows.vectors(caller, name, afterSeq, VECTORS_PER_PAGE);
      seen += page.length;
      if (seen > MAX_VECTORS) {
        throw new StoreRefusedError(
          'invalid',
          `maps of more than ${MAX_VECTORS} entries are not searched by meaning`,
        );
      }
      for (const { seq, vector } of page) found.show(seq, vector);
      const last = page.at(-1);
      if (last === undefined || page.length < VECTORS_PER_PAGE) break;
      afterSeq = last.seq;
    }
    const best = new Map(found.sorted().map(({ seq, score }) => [seq, scoreText(score)]));
    const entries = whole(await this.rows.entries(caller, name, [...best.keys()], MAX_ANSWER_BYTES));
    return entries.map((entry) => ({ ...entry, score: best.get(entry.seq) ?? '0.0' }));
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

function entryOf({ key, value, text, vector }: StoreWrite, settings: StoreSettings): EntryInput {
  const { hash, json } = keyOf(key);
  const valueBytes = Buffer.byteLength(value);
  if (valueBytes > MAX_VALUE_BYTES) {
    throw new StoreRefusedError(
      'quota',
      `values have at most ${MAX_VALUE_BYTES} bytes, this one has ${valueBytes}`,
    );
  }
  const searchText = settings.textSearch && text !== null ? searchable(text) : null;
  const numbers =
    settings.embedding === null || vector === null
      ? null
      : vectorText(vectorOf(vector, dimensionsOf(settings.embedding)));
  const size = Buffer.byteLength(json) + valueBytes + (numbers?.length ?? 0);
  return { hash, key: json, value, size, searchText, vector: numbers };
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

/** Of an entry that was found twice the better score counts. */
function bestOf(hits: readonly (Hit & { readonly seq: number })[], limit: number): readonly Hit[] {
  const bySeq = new Map<number, Hit & { readonly seq: number }>();
  for (const hit of hits) {
    const known = bySeq.get(hit.seq);
    if (known === undefined || Number(known.score) < Number(hit.score)) bySeq.set(hit.seq, hit);
  }
  return [...bySeq.values()]
    .sort((a, b) => Number(b.score) - Number(a.score) || a.seq - b.seq)
    .slice(0, limit);
}

/** Null when the map went away under the statement. */
function whenDestroyed(error: unknown): null {
  if (databaseErrorCode(error) === FOREIGN_KEY_VIOLATION) return null;
  throw error;
}
