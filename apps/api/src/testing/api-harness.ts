/** A really started API over a real database, with two organizations to tell apart. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestCompiler } from '@app/builds/testing';
import { newId, type EnvScope, type PermissionSet } from '@app/kernel';
import { ApiKeyService } from '@app/keys';
import { DbNotices, Db } from '@app/platform/database';
import type { HttpApp } from '@app/platform/http';
import { eventually, type TestRedis } from '@app/testing';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { createApi } from '../create-api';

export interface TestTenant extends EnvScope {
  readonly userId: string;
  readonly token: string;
}

export interface CallOptions {
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly payload?: string | Buffer;
}

export class ApiHarness {
  private constructor(
    readonly http: HttpApp,
    readonly dataDir: string,
    readonly tenant: TestTenant,
  ) {}

  static async start(
    databaseUrl: string,
    redis: TestRedis,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<ApiHarness> {
    const dataDir = mkdtempSync(join(tmpdir(), 'hot-api-'));
    const http = await createApi(
      {
        DATABASE_URL: databaseUrl,
        REDIS_URL: redis.url,
        HOT_REDIS_PREFIX: redis.prefix,
        HOT_DATA_DIR: dataDir,
        HOT_MODE: 'development',
        HOT_ENCRYPTION_KEY: 'b'.repeat(64),
        ...environment,
      },
      TestCompiler,
      { logger: false },
    );
    await http.app.init();
    await http.server.ready();
    await eventually(() => http.app.get(DbNotices).isLive());
    return new ApiHarness(http, dataDir, await addTenant(http));
  }

  get db(): Db {
    return this.http.app.get(Db);
  }

  /** Another organization with an environment and a key for everything. */
  addTenant(): Promise<TestTenant> {
    return addTenant(this.http);
  }

  /** A key of the environment with just these permissions. */
  async key(permissions: PermissionSet, scope: TestTenant = this.tenant): Promise<string> {
    const keys = this.http.app.get(ApiKeyService);
    return (await keys.create(scope, { description: 'test', permissions, userId: scope.userId })).token;
  }

  call(method: string, url: string, options: CallOptions = {}): Promise<LightMyRequestResponse> {
    const token = options.token === undefined ? this.tenant.token : options.token;
    const body = options.body === undefined ? options.payload : JSON.stringify(options.body);
    return this.http.server.inject({
      method: method as NonNullable<InjectOptions['method']>,
      url,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { payload: body }),
    });
  }

  async stop(): Promise<void> {
    await this.http.app.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

async function addTenant({ app }: HttpApp): Promise<TestTenant> {
  const db = app.get(Db);
  const scope = { orgId: newId(), envId: newId(), userId: newId() };
  await db.tx(async () => {
    await db.execute(`INSERT INTO hot.org (org_id, name, slug) VALUES ($1, 'Test', $2)`, [
      scope.orgId,
      `test-${scope.orgId.slice(-12)}`,
    ]);
    await db.execute(`INSERT INTO hot.env (env_id, org_id, name) VALUES ($1, $2, 'development')`, [
      scope.envId,
      scope.orgId,
    ]);
    await db.execute(`INSERT INTO hot."user" (user_id, email, name) VALUES ($1, $2, 'Test')`, [
      scope.userId,
      `${scope.userId}@example.test`,
    ]);
  });
  const { token } = await app
    .get(ApiKeyService)
    .create(scope, { description: 'everything', permissions: { '*:*': ['*'] }, userId: scope.userId });
  return { ...scope, token };
}
