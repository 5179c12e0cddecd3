/** Tables: store_map, store_entry, store_tally. Always inside an environment, over connections of its own: programs
 * that keep their stores busy take none from the platform. */
import { HotSql } from '@app/dispatch';
import type { EnvScope } from '@app/kernel';
import {
  databaseConfig,
  databaseErrorCode,
  type DatabaseConfig,
  type Statement,
} from '@app/platform/database';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { randomInt } from 'node:crypto';
import type { TextQuery } from './search-text';
import type { StoreSettings } from './store-settings';
import {
  BYTES_OF_ORG,
  CLEAR,
  COUNT,
  DELETE,
  DESTROY,
  ENSURE,
  ENTRIES,
  FIRST,
  GET,
  LAST,
  LIST_AFTER,
  LIST_FROM,
  PUT,
  PUT_IF_MISSING,
  PUT_MANY,
  SEARCH,
  SEARCH_ALL,
  VECTORS,
} from './store.sql';
import { storesConfig, type StoresConfig } from './stores.config';

/** Of the run on whose behalf something is written. */
export interface StoreGuard extends EnvScope {
  readonly dispatchId: string;
  readonly incarnation: string;
}

export interface EntryInput {
  readonly hash: Buffer;
  readonly key: string;
  readonly value: string;
  readonly size: number;
  readonly searchText: string | null;
  /** In base64. */
  readonly vector: string | null;
}

export interface EntryRow {
  readonly seq: number;
  readonly key: string;
  /** Null beyond the bytes that were asked for. */
  readonly value: string | null;
}

export interface PutOutcome {
  /** 0: the run is no longer ours. */
  readonly ours: number;
  /** 0: there is no such map with these settings. */
  readonly maps: number;
  readonly inserted: number;
}

const SLOTS = 8;
const DEADLOCK = '40P01';
const MAX_ATTEMPTS = 5;

@Injectable()
export class StoreRepository implements OnApplicationShutdown {
  private readonly sql: HotSql;

  constructor(
    @Inject(databaseConfig.token) database: DatabaseConfig,
    @Inject(storesConfig.token) config: StoresConfig,
  ) {
    this.sql = new HotSql({
      ...database,
      durability: 'durable',
      planner: 'scanning',
      maxConnections: config.connections,
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.sql.close();
  }

  /** The settings that the map has afterwards; undefined when another call is just making it. */
  async ensure(
    guard: StoreGuard,
    name: string,
    settings: StoreSettings,
    storeId: string,
  ): Promise<{ readonly ours: boolean; readonly settings: StoreSettings | undefined }> {
    const row = await this.one<{ ours: number; text_search: boolean | null; embedding: string | null }>(
      ENSURE,
      [...guarded(guard, name), settings.textSearch, settings.embedding, guard.orgId, storeId],
    );
    const { ours, text_search: textSearch, embedding } = row;
    return { ours: ours > 0, settings: textSearch === null ? undefined : { textSearch, embedding } };
  }

  put(
    guard: StoreGuard,
    name: string,
    settings: StoreSettings,
    entry: EntryInput,
    mode: 'put' | 'putIfMissing',
  ): Promise<PutOutcome> {
    return this.one<PutOutcome>(mode === 'put' ? PUT : PUT_IF_MISSING, [
      ...guarded(guard, name),
      settings.textSearch,
      settings.embedding,
      randomInt(SLOTS),
      entry.hash,
      entry.key,
      entry.value,
      entry.size,
      entry.searchText,
      entry.vector,
    ]);
  }

  putMany(
    guard: StoreGuard,
    name: string,
    settings: StoreSettings,
    entries: readonly EntryInput[],
  ): Promise<PutOutcome> {
    return this.one<PutOutcome>(PUT_MANY, [
      ...guarded(guard, name),
      settings.textSearch,
      settings.embedding,
      randomInt(SLOTS),
      entries.map((entry) => entry.hash),
      entries.map((entry) => entry.key),
      entries.map((entry) => entry.value),
      entries.map((entry) => entry.size),
      entries.map((entry) => entry.searchText),
      entries.map((entry) => entry.vector),
    ]);
  }

  delete(
    guard: StoreGuard,
    name: string,
    hash: Buffer,
  ): Promise<{ readonly ours: number; readonly gone: number }> {
    return this.one(DELETE, [...guarded(guard, name), randomInt(SLOTS), hash]);
  }

  clear(guard: StoreGuard, name: string): Promise<{ readonly ours: number; readonly gone: number }> {
    return this.one(CLEAR, [...guarded(guard, name), randomInt(SLOTS)]);
  }

  destroy(guard: StoreGuard, name: string): Promise<{ readonly ours: number; readonly gone: number }> {
    return this.one(DESTROY, guarded(guard, name));
  }

  async get({ envId }: EnvScope, name: string, hash: Buffer): Promise<string | undefined> {
    const [row] = await this.sql.rows<{ value: string }>(GET, [envId, name, hash]);
    return row?.value;
  }

  async count({ envId }: EnvScope, name: string): Promise<number> {
    return (await this.one<{ entries: number }>(COUNT, [envId, name])).entries;
  }

  async bytesOfOrg(orgId: string): Promise<number> {
    return (await this.one<{ bytes: number }>(BYTES_OF_ORG, [orgId])).bytes;
  }

  /** @param from a position, or the sequence number of the entry before */
  list(
    { envId }: EnvScope,
    name: string,
    from: { readonly offset: number } | { readonly afterSeq: number },
    limit: number,
    maxBytes: number,
  ): Promise<readonly EntryRow[]> {
    return 'offset' in from
      ? this.sql.rows(LIST_FROM, [envId, name, maxBytes, limit, from.offset])
      : this.sql.rows(LIST_AFTER, [envId, name, maxBytes, limit, from.afterSeq]);
  }

  async edge(
    { envId }: EnvScope,
    name: string,
    which: 'first' | 'last',
  ): Promise<{ readonly key: string; readonly value: string } | undefined> {
    const [row] = await this.sql.rows<{ key: string; value: string }>(which === 'first' ? FIRST : LAST, [
      envId,
      name,
    ]);
    return row;
  }

  search(
    { envId }: EnvScope,
    name: string,
    query: TextQuery,
    limit: number,
    minScore: number,
    maxBytes: number,
  ): Promise<readonly (EntryRow & { readonly score: string })[]> {
    return this.sql.rows(query.indexed ? SEARCH : SEARCH_ALL, [
      envId,
      name,
      maxBytes,
      limit,
      query.whole,
      query.words[0],
      query.words,
      minScore,
    ]);
  }

  /** Entries with vectors, in order, after that sequence number. */
  vectors(
    { envId }: EnvScope,
    name: string,
    afterSeq: number,
    limit: number,
  ): Promise<readonly { readonly seq: number; readonly vector: string }[]> {
    return this.sql.rows(VECTORS, [envId, name, limit, afterSeq]);
  }

  /** Those of the sequence numbers that are still there. */
  entries(
    { envId }: EnvScope,
    name: string,
    seqs: readonly number[],
    maxBytes: number,
  ): Promise<readonly EntryRow[]> {
    return this.sql.rows(ENTRIES, [envId, name, maxBytes, seqs]);
  }

  /** Two that write the same entries in another order may wait for each other: the database ends one, which begins again. */
  private async one<Row extends object>(sql: Statement, values: readonly unknown[]): Promise<Row> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const [row] = await this.sql.rows<Row>(sql, [...values]);
        if (row === undefined) throw new Error(`${sql.name} answered without a row`);
        return row;
      } catch (error) {
        if (attempt >= MAX_ATTEMPTS || databaseErrorCode(error) !== DEADLOCK) throw error;
      }
    }
  }
}

function guarded({ envId, dispatchId, incarnation }: StoreGuard, name: string): readonly unknown[] {
  return [envId, name, dispatchId, incarnation];
}
