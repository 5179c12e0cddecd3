import { AccessModule } from '@app/access';
import { DispatchModule, eventTickets, taskTickets } from '@app/dispatch';
import { EventsApiModule } from '@app/events/api';
import { newId, type PermissionSet } from '@app/kernel';
import { ApiKeyService, KeyCredentialsModule } from '@app/keys';
import { OrgsApiModule } from '@app/orgs/api';
import { AuthModule, installAuthentication } from '@app/platform/auth';
import { ConfigModule } from '@app/platform/config';
import { DatabaseModule, Db, DbNotices } from '@app/platform/database';
import { createHttpApp, type HttpApp } from '@app/platform/http';
import { LiveModule } from '@app/platform/live';
import { QueueModule } from '@app/platform/queue';
import { RedisConnections, RedisModule } from '@app/platform/redis';
import { RunsApiModule } from '@app/runs/api';
import { WorkerHarness, type FakeSandbox, type FakeServing } from '@app/runs/testing';
import { eventually, type TestDatabase, type TestRedis } from '@app/testing';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { StreamsApiModule } from '../api';
import { SseClient } from './sse-client';

@Module({})
class TestApiModule {
  static forRoot(environment: Readonly<Record<string, string>>, more: readonly Type[]): DynamicModule {
    return {
      module: TestApiModule,
      imports: [
        ConfigModule.forRoot(environment),
        DatabaseModule,
        AuthModule,
        AccessModule,
        KeyCredentialsModule,
        RedisModule,
        LiveModule,
        QueueModule.forRoot([eventTickets, taskTickets]),
        DispatchModule,
        OrgsApiModule,
        EventsApiModule,
        RunsApiModule,
        StreamsApiModule,
        ...more,
      ],
    };
  }
}

export interface ExecutionTenant {
  readonly orgId: string;
  readonly envId: string;
  readonly userId: string;
  readonly token: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: {
    readonly data?: never;
    readonly error?: { readonly code: string; readonly message: string };
  } & Record<string, never>;
}

/** An API and a worker on the real database and Redis, with programs made of JavaScript. */
export class ExecutionHarness {
  private constructor(
    readonly http: HttpApp,
    readonly worker: WorkerHarness,
    readonly url: string,
  ) {}

  static async start(
    database: TestDatabase,
    redis: TestRedis,
    environment: Readonly<Record<string, string>> = {},
    imports: { readonly api: readonly Type[]; readonly worker: readonly Type[] } = { api: [], worker: [] },
  ): Promise<ExecutionHarness> {
    const prefix = `${redis.prefix}${newId()}`;
    const http = await createHttpApp(
      TestApiModule.forRoot(
        {
          DATABASE_URL: database.url,
          REDIS_URL: redis.url,
          HOT_REDIS_PREFIX: prefix,
          HOT_MODE: 'development',
          ...environment,
        },
        imports.api,
      ),
      { logger: false },
    );
    installAuthentication(http, { record: true });
    await http.app.listen({ host: '127.0.0.1', port: 0 });
    await http.app.get(RedisConnections).whenUp(2_000);
    await eventually(() => http.app.get(DbNotices).isLive());
    const worker = await WorkerHarness.create({
      databaseUrl: database.url,
      redisUrl: redis.url,
      prefix,
      environment,
      imports: imports.worker,
    });
    return new ExecutionHarness(http, worker, await http.app.getUrl());
  }

  get db(): Db {
    return this.http.app.get(Db);
  }

  get serving(): FakeServing {
    return this.worker.serving;
  }

  get sandbox(): FakeSandbox {
    return this.worker.sandbox;
  }

  async tenant(): Promise<ExecutionTenant> {
    const scope = { orgId: newId(), envId: newId(), userId: newId() };
    await this.db.execute(`INSERT INTO hot.org (org_id, name, slug) VALUES ($1, 'Test', $2)`, [
      scope.orgId,
      `test-${scope.orgId.slice(-12)}`,
    ]);
    await this.db.execute(`INSERT INTO hot.env (env_id, org_id, name) VALUES ($1, $2, 'development')`, [
      scope.envId,
      scope.orgId,
    ]);
    await this.db.execute(`INSERT INTO hot."user" (user_id, email, name) VALUES ($1, $2, 'Test')`, [
      scope.userId,
      `${scope.userId}@example.test`,
    ]);
    this.serving.addEnv(scope.orgId, scope.envId);
    return { ...scope, token: await this.key(scope, { '*:*': ['*'] }) };
  }

  async key(
    scope: { readonly orgId: string; readonly envId: string; readonly userId: string },
    permissions: PermissionSet,
  ): Promise<string> {
    const keys = this.http.app.get(ApiKeyService);
    return (await keys.create(scope, { description: 'test', permissions, userId: scope.userId })).token;
  }

  async call(
    method: string,
    path: string,
    options: {
      readonly token: string;
      readonly body?: unknown;
      readonly text?: string;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<Answer> {
    const body = options.text ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${options.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    return { status: response.status, text, body: JSON.parse(text) as Answer['body'] };
  }

  subscribe(
    path: string,
    options: {
      readonly token: string;
      readonly method?: 'GET' | 'POST';
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<SseClient> {
    const { body, ...rest } = options;
    return SseClient.open(`${this.url}${path}`, {
      ...rest,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async stop(): Promise<void> {
    await this.worker.close();
    await this.http.app.close();
  }
}
