import { newId, Clock, SystemClock } from '@app/kernel';
import { ConfigModule } from '@app/platform/config';
import { DatabaseModule, Db } from '@app/platform/database';
import { RunStores, type StoreCall, type StoreUser } from '@app/runs';
import { Global, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { StoresWorkerModule } from '../worker';

@Global()
@Module({ providers: [{ provide: Clock, useClass: SystemClock }], exports: [Clock] })
class ClockModule {}

/** A run as far as stores know one. */
export interface TestRun extends StoreUser {
  /** As the program calls it; the answer parsed. */
  call(name: StoreCall, args: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** The same with texts. */
  callJson(name: StoreCall, argsJson: string): Promise<string>;
}

/** Stores on a real database, and runs that use them. */
export class StoresHarness {
  private constructor(readonly app: TestingModule) {}

  static async create(
    databaseUrl: string,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<StoresHarness> {
    const app = await Test.createTestingModule({
      imports: [
        // Nothing here connects to Redis; its slice of the configuration is declared all the same.
        ConfigModule.forRoot({ DATABASE_URL: databaseUrl, REDIS_URL: 'redis://127.0.0.1:1', ...environment }),
        ClockModule,
        DatabaseModule,
        StoresWorkerModule,
      ],
    }).compile();
    await app.init();
    return new StoresHarness(app);
  }

  get db(): Db {
    return this.app.get(Db);
  }

  close(): Promise<void> {
    return this.app.close();
  }

  /** A new organization with one environment. */
  async tenant(): Promise<{ readonly orgId: string; readonly envId: string }> {
    const orgId = newId();
    await this.db.execute('INSERT INTO hot.org (org_id, name, slug) VALUES ($1, $2, $3)', [
      orgId,
      'Test',
      orgId,
    ]);
    return { orgId, envId: await this.env(orgId) };
  }

  /** Another environment of the organization. */
  async env(orgId: string): Promise<string> {
    const envId = newId();
    await this.db.execute('INSERT INTO hot.env (env_id, org_id, name) VALUES ($1, $2, $3)', [
      envId,
      orgId,
      envId,
    ]);
    return envId;
  }

  /** A run that is going on, in a worker whose lease is good. */
  async run(tenant: { readonly orgId: string; readonly envId: string }): Promise<TestRun> {
    const user: StoreUser = { ...tenant, dispatchId: newId(), incarnation: newId() };
    await this.db.execute(
      `INSERT INTO hot.worker_lease (incarnation, worker_id, roles, host, pid, expires_at)
       VALUES ($1, 'test', '{}', 'test', 1, now() + interval '1 hour')`,
      [user.incarnation],
    );
    await this.db.execute(
      `INSERT INTO hot.dispatch (dispatch_id, kind, state, org_id, env_id, retention_class, event_id, stream_id,
         event_type, run_id, incarnation, started_at)
       VALUES ($1, 2, 2, $2, $3, -1, $4, $4, 'test', $4, $5, now())`,
      [user.dispatchId, user.orgId, user.envId, newId(), user.incarnation],
    );
    const { signal } = new AbortController();
    const stores = this.app.get(RunStores);
    const callJson = (name: StoreCall, argsJson: string): Promise<string> =>
      stores.call(user, name, argsJson, signal);
    return {
      ...user,
      callJson,
      call: async (name, args) => {
        const answer = await callJson(name, JSON.stringify(args));
        return answer === '' ? undefined : (JSON.parse(answer) as unknown);
      },
    };
  }
}
