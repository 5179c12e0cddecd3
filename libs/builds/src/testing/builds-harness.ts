/** The builds library on a real database and folder, with a tenant, without any HTTP. */
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessModule } from '@app/access';
import { contentSha256 } from '@app/bundle';
import {
  BuildService,
  DeployService,
  deployTickets,
  EventHandlerService,
  ProgramCompiler,
  ProgramCompilerModule,
  ProjectLifecycleService,
  ServingCatalogue,
  UploadService,
  type BuildView,
} from '@app/builds';
import { BuildLoader, BuildsWorkerModule, type LoadOutcome } from '@app/builds/worker';
import { eventTickets, taskTickets } from '@app/dispatch';
import { newId, type Principal } from '@app/kernel';
import { ConfigModule } from '@app/platform/config';
import { DatabaseModule, Db, DbNotices } from '@app/platform/database';
import { LiveModule } from '@app/platform/live';
import { QueueModule } from '@app/platform/queue';
import { RedisModule } from '@app/platform/redis';
import { BlobStore } from '@app/platform/storage';
import { ProjectService, ProjectsModule } from '@app/projects';
import { eventually, type TestRedis } from '@app/testing';
import type { Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TestCompiler, testBundle, type TestBundleOptions } from './test-compiler';

export class BuildsHarness {
  private constructor(
    private readonly module: TestingModule,
    readonly dataDir: string,
  ) {}

  /** @param joining domains that keep something of what builds declare */
  static async start(
    databaseUrl: string,
    redis: TestRedis,
    joining: readonly Type[] = [],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<BuildsHarness> {
    const dataDir = mkdtempSync(join(tmpdir(), 'hot-builds-'));
    const module = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot({
          DATABASE_URL: databaseUrl,
          REDIS_URL: redis.url,
          HOT_REDIS_PREFIX: redis.prefix,
          HOT_DATA_DIR: dataDir,
          ...environment,
        }),
        DatabaseModule,
        RedisModule,
        LiveModule,
        QueueModule.forRoot([deployTickets, eventTickets, taskTickets]),
        ProgramCompilerModule.forRoot(TestCompiler),
        AccessModule,
        ProjectsModule,
        BuildsWorkerModule,
        ...joining,
      ],
    }).compile();
    module.useLogger(false);
    await module.init();
    await eventually(() => module.get(DbNotices).isLive());
    return new BuildsHarness(module, dataDir);
  }

  readonly get = <T>(type: Type<T>): T => this.module.get(type, { strict: false });
  readonly db = (): Db => this.module.get(Db);
  readonly notices = (): DbNotices => this.module.get(DbNotices);
  readonly builds = (): BuildService => this.module.get(BuildService, { strict: false });
  readonly deploys = (): DeployService => this.module.get(DeployService, { strict: false });
  readonly lifecycle = (): ProjectLifecycleService =>
    this.module.get(ProjectLifecycleService, { strict: false });
  readonly projects = (): ProjectService => this.module.get(ProjectService, { strict: false });
  readonly handlers = (): EventHandlerService => this.module.get(EventHandlerService, { strict: false });
  readonly catalogue = (): ServingCatalogue => this.module.get(ServingCatalogue, { strict: false });
  readonly store = (): BlobStore => this.module.get(BlobStore, { strict: false });
  readonly compiler = (): TestCompiler => this.module.get<TestCompiler>(ProgramCompiler);

  /** Somebody who may do everything in an environment of their own. */
  async tenant(): Promise<Principal> {
    const [orgId, envId, userId] = [newId(), newId(), newId()];
    await this.db().execute(`INSERT INTO hot.org (org_id, name, slug) VALUES ($1, 'T', $2)`, [
      orgId,
      `t-${orgId}`,
    ]);
    await this.db().execute(`INSERT INTO hot.env (env_id, org_id, name) VALUES ($1, $2, 'development')`, [
      envId,
      orgId,
    ]);
    return {
      kind: 'user',
      credentialId: newId(),
      apiKeyId: null,
      orgId,
      envId,
      userId,
      permissions: { '*:*': ['*'] },
      retentionClass: -1,
    };
  }

  /** A worker that lives for so long. */
  async incarnation(livesForMs = 60_000): Promise<string> {
    const incarnation = newId();
    await this.db().execute(
      `INSERT INTO hot.worker_lease (incarnation, worker_id, roles, host, pid, expires_at)
       VALUES ($1, 'spec', '{}', 'spec', 1, now() + $2 * interval '1 millisecond')`,
      [incarnation, livesForMs],
    );
    return incarnation;
  }

  async upload(
    who: Principal,
    project: string,
    source: string,
    options: TestBundleOptions = {},
  ): Promise<BuildView> {
    const archive = testBundle(source, options);
    const uploads = this.module.get(UploadService, { strict: false });
    await this.projects().create(who, project);
    const target = await uploads.target(who, project);
    const path = await this.store().tempFile();
    await writeFile(path, archive);
    const sha256 = contentSha256(archive);
    const { build } = await uploads.keep(who, target, {
      path,
      bytes: archive.length,
      sha256,
      hash: sha256,
      buildId: null,
    });
    return build;
  }

  load(buildId: string, incarnation: string): Promise<LoadOutcome> {
    return this.module.get(BuildLoader, { strict: false }).load(buildId, incarnation);
  }

  /** Uploads, deploys and loads a build of one source. */
  async serve(who: Principal, project: string, source: string): Promise<BuildView> {
    const build = await this.upload(who, project, source);
    await this.deploys().deploy(who, project, build.buildId);
    await this.load(build.buildId, await this.incarnation());
    return this.builds().get(who, project, build.buildId);
  }

  async stop(): Promise<void> {
    await this.module.close();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
