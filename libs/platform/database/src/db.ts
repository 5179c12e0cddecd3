/**
 * The database as services see it. The transaction is ambient: whatever runs inside `tx` uses its connection, SQL and
 * repositories alike, so that nobody can forget to pass it on.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { Pool, PoolClient, QueryResult, QueryResultRow } from 'pg';
import {
  DataSource,
  type EntityManager,
  type EntityTarget,
  type ObjectLiteral,
  type QueryRunner,
  type Repository,
} from 'typeorm';
import { isRetryable, translateDatabaseError } from './database-failure';
import type { Statement } from './statement';

const MAX_ATTEMPTS = 5;

export type AfterCommit = () => void | Promise<void>;

interface Transaction {
  readonly client: PoolClient;
  readonly manager: EntityManager;
  readonly afterCommit: AfterCommit[];
}

@Injectable()
export class Db {
  private readonly log = new Logger(Db.name);
  private readonly ambient = new AsyncLocalStorage<Transaction | undefined>();

  constructor(private readonly source: DataSource) {}

  /** Rows of a statement. bigint columns arrive as numbers, timestamps as Date, json as parsed values. */
  async query<R extends QueryResultRow = QueryResultRow>(
    sql: string | Statement,
    values: readonly unknown[] = [],
  ): Promise<R[]> {
    return (await this.send<R>(sql, values)).rows;
  }

  /** The only row of a statement, undefined when there is none. */
  async queryOne<R extends QueryResultRow = QueryResultRow>(
    sql: string | Statement,
    values: readonly unknown[] = [],
  ): Promise<R | undefined> {
    return (await this.send<R>(sql, values)).rows[0];
  }

  /** How many rows a statement touched. */
  async execute(sql: string | Statement, values: readonly unknown[] = []): Promise<number> {
    return (await this.send(sql, values)).rowCount ?? 0;
  }

  /**
   * Runs the work in a transaction; inside one, joins it. The work may run again after a serialization failure or a
   * deadlock, so it must touch nothing but the database: everything else belongs into `afterCommit`.
   */
  async tx<T>(work: () => Promise<T>): Promise<T> {
    if (this.ambient.getStore() !== undefined) return work();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.attempt(work);
      } catch (error) {
        if (attempt >= MAX_ATTEMPTS || !isRetryable(error)) throw translateDatabaseError(error);
        await sleep(2 ** attempt * 5 * (0.5 + Math.random()));
      }
    }
  }

  /** Runs the work on other connections than the surrounding transaction's: it stays when that is undone. */
  outside<T>(work: () => Promise<T>): Promise<T> {
    return this.ambient.run(undefined, work);
  }

  /**
   * Runs after the surrounding transaction has committed, at once when there is none. Nobody waits for it, and a crash
   * may lose it: what must not be lost is a row.
   */
  afterCommit(work: AfterCommit): void {
    const transaction = this.ambient.getStore();
    if (transaction === undefined) this.runAfterCommit(work);
    else transaction.afterCommit.push(work);
  }

  /** The entity manager of the surrounding transaction, else one without. */
  get manager(): EntityManager {
    return this.ambient.getStore()?.manager ?? this.source.manager;
  }

  repository<E extends ObjectLiteral>(entity: EntityTarget<E>): Repository<E> {
    return this.manager.getRepository(entity);
  }

  /** How many connections of the pool there are, by what they do; `waiting` are statements without one. */
  poolSize(): Readonly<Record<'busy' | 'idle' | 'waiting', number>> {
    const { totalCount, idleCount, waitingCount } = this.pool;
    return { busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
  }

  private async send<R extends QueryResultRow>(
    sql: string | Statement,
    values: readonly unknown[],
  ): Promise<QueryResult<R>> {
    const client = this.ambient.getStore()?.client ?? this.pool;
    const query = typeof sql === 'string' ? { text: sql } : { name: sql.name, text: sql.text };
    try {
      return await client.query<R>({ ...query, values: values as unknown[] }); // pg does not write to it
    } catch (error) {
      // Inside a transaction the retry must still see the original.
      throw this.ambient.getStore() === undefined ? translateDatabaseError(error) : error;
    }
  }

  private async attempt<T>(work: () => Promise<T>): Promise<T> {
    const runner = this.source.createQueryRunner();
    const afterCommit: AfterCommit[] = [];
    let result: T;
    try {
      const client = (await runner.connect()) as PoolClient; // of the driver we chose
      await runner.startTransaction();
      result = await this.ambient.run({ client, manager: runner.manager, afterCommit }, work);
      await runner.commitTransaction();
    } catch (error) {
      await rollBack(runner);
      throw error;
    } finally {
      await runner.release();
    }
    for (const hook of afterCommit) this.runAfterCommit(hook);
    return result;
  }

  private runAfterCommit(work: AfterCommit): void {
    void (async () => work())().catch((error: unknown) => {
      this.log.error('Work after a commit failed', error instanceof Error ? error.stack : error);
    });
  }

  private get pool(): Pool {
    return (this.source.driver as unknown as { readonly master: Pool }).master; // TypeORM's own pool: one per process
  }
}

async function rollBack(runner: QueryRunner): Promise<void> {
  if (!runner.isTransactionActive) return;
  try {
    await runner.rollbackTransaction();
  } catch {
    // The connection is gone, and with it the transaction; the first error is the one to report.
  }
}
