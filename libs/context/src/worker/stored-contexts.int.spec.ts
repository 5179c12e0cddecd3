import { ContextRepository, ContextSecrets, ContextService } from '@app/context';
import { newId, type Principal } from '@app/kernel';
import { ConfigModule } from '@app/platform/config';
import { DatabaseModule, Db, DbNotices } from '@app/platform/database';
import { ProjectService } from '@app/projects';
import { ContextUnreadableError, RunContexts, type RunContext, type RunTarget } from '@app/runs';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { Test, type TestingModule } from '@nestjs/testing';
import { ContextWorkerModule } from './index';
import { Reseal } from './reseal';

const KEY = 'c3'.repeat(32);
const NEXT_KEY = 'd4'.repeat(32);

interface Tenant {
  readonly who: Principal;
  readonly projectId: string;
}

describe('what runs may read as context', () => {
  const database = useDatabase();
  const redis = useRedis();
  let app: TestingModule;
  let tenant: Tenant;

  const start = async (keys: Readonly<Record<string, string>>): Promise<TestingModule> => {
    const environment = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      HOT_MODE: 'production',
      ...keys,
    };
    const started = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(environment), DatabaseModule, ContextWorkerModule],
    }).compile();
    started.useLogger(false);
    await started.init();
    await eventually(() => started.get(DbNotices).isLive());
    return started;
  };

  beforeAll(async () => {
    app = await start({ HOT_ENCRYPTION_KEY: KEY });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    tenant = await makeTenant();
  });

  async function makeTenant(): Promise<Tenant> {
    const [orgId, envId, userId] = [newId(), newId(), newId()];
    const db = app.get(Db);
    await db.execute('INSERT INTO hot.org (org_id, name, slug) VALUES ($1, $2, $3)', [orgId, 'Test', orgId]);
    await db.execute('INSERT INTO hot.env (env_id, org_id, name) VALUES ($1, $2, $3)', [
      envId,
      orgId,
      'test',
    ]);
    const who: Principal = {
      orgId,
      envId,
      userId,
      kind: 'api-key',
      credentialId: newId(),
      apiKeyId: null,
      permissions: { '*:*': ['*'] },
      retentionClass: -1,
    };
    const { projectId } = await app.get(ProjectService).create(who, 'orders');
    return { who, projectId };
  }

  const set = (key: string, value: string): Promise<unknown> =>
    app.get(ContextService).create(tenant.who, 'orders', key, { value, description: null });

  /** There is no service for those yet: as the app will write them. */
  async function setInEnv(key: string, value: string): Promise<void> {
    const id = newId();
    const { envelope, keyVersion } = app.get(ContextSecrets).seal(tenant.who, id, value);
    await app.get(Db).execute(
      `INSERT INTO hot.context (context_id, env_id, key, value, key_version, created_by_user_id)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [id, tenant.who.envId, key, envelope, keyVersion, tenant.who.userId],
    );
  }

  const target = (context: Partial<RunTarget['context']> = {}): RunTarget => ({
    orgId: tenant.who.orgId,
    envId: tenant.who.envId,
    projectId: tenant.projectId,
    projectName: 'orders',
    buildId: newId(),
    buildHash: 'cafe',
    artifactHash: 'a1',
    handlerKey: 'h',
    functionName: '::a/b',
    retry: undefined,
    agentType: null,
    context: { plainKeys: new Set(), requiredKeys: [], ...context },
  });

  const ask = async (from = target(), at = app): Promise<RunContext> => at.get(RunContexts).contextOf(from);
  const valuesOf = ({ json }: RunContext): unknown => JSON.parse(json);

  it('is nothing where nothing is set', async () => {
    expect(await ask()).toEqual({ json: '{"values":{},"secretKeys":[]}', missing: [] });
  });

  it("is what the environment has, under what the project has, and nobody else's [api-15.31]", async () => {
    await set('both', 'project');
    await setInEnv('both', 'env');
    await setInEnv('shared', 'env "é 🌊"');
    const other = tenant;
    tenant = await makeTenant();
    await set('foreign', 'x');
    tenant = other;
    expect(valuesOf(await ask())).toEqual({
      values: { both: 'project', shared: 'env "é 🌊"' },
      secretKeys: ['both', 'shared'],
    });
  });

  it('is secret unless the build says otherwise, and tells which required keys are missing', async () => {
    await set('token', 't');
    await set('region', 'eu');
    const context = await ask(
      target({ plainKeys: new Set(['region']), requiredKeys: ['token', 'absent', 'gone'] }),
    );
    expect(valuesOf(context)).toMatchObject({ secretKeys: ['token'] });
    expect(context.missing).toEqual(['absent', 'gone']);
  });

  it('is read once, and again after a change', async () => {
    await set('a', '1');
    const from = target();
    await noticed(from);
    const reads = jest.spyOn(app.get(ContextRepository), 'forRuns');
    const first = await ask(from);
    for (let i = 0; i < 100; i += 1) {
      // A plain value: the run does not even wait for the next tick.
      expect(app.get(RunContexts).contextOf(from)).toBe(first);
    }
    expect(reads).not.toHaveBeenCalled();
    await app.get(ContextService).replace(tenant.who, 'orders', 'a', { value: '2', description: null });
    await eventually(async () => {
      expect(valuesOf(await ask(from))).toMatchObject({ values: { a: '2' } });
    });
    await app.get(ContextService).delete(tenant.who, 'orders', 'a');
    await eventually(async () => {
      expect(valuesOf(await ask(from))).toMatchObject({ values: {} });
    });
    reads.mockRestore();
  });

  it('is asked of the database once by many runs that begin at the same time', async () => {
    const from = target();
    const reads = jest.spyOn(app.get(ContextRepository), 'forRuns');
    await Promise.all(Array.from({ length: 20 }, () => ask(from)));
    expect(reads).toHaveBeenCalledTimes(1);
    reads.mockRestore();
  });

  /** Until the notices of what was written before have arrived, it is rightly read again. */
  async function noticed(from: RunTarget): Promise<void> {
    let left = 3;
    await eventually(async () => {
      const isPlain = !(app.get(RunContexts).contextOf(from) instanceof Promise);
      await new Promise((resolve) => setTimeout(resolve, 20));
      left = isPlain ? left - 1 : 3;
      expect(left).toBeLessThanOrEqual(0);
    });
  }

  it('is refused with the name of the variable when it was sealed for another place', async () => {
    await set('mine', 'secret-of-mine');
    const theirs = await makeTenant();
    await app
      .get(Db)
      .execute('UPDATE hot.context SET project_id = $2 WHERE project_id = $1', [
        tenant.projectId,
        theirs.projectId,
      ]);
    tenant = theirs;
    const failed = await ask().catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ContextUnreadableError);
    expect((failed as Error).message).toMatch(/^Context variable mine can not be read: /);
    expect((failed as Error).message).not.toContain('secret-of-mine');
  });

  it('survives a change of the master key, after which the former key is not needed [P2]', async () => {
    await set('a', 'kept');
    await setInEnv('b', 'kept too');
    const wrong = await start({ HOT_ENCRYPTION_KEY: NEXT_KEY });
    await expect(ask(target(), wrong)).rejects.toThrow(/can not be read: .*master key/);
    expect(await wrong.get(Reseal).all()).toMatchObject({ resealed: 0 });
    await wrong.close();
    const both = await start({ HOT_ENCRYPTION_KEY: NEXT_KEY, HOT_ENCRYPTION_KEY_PREVIOUS: KEY });
    await both.get(Reseal).all();
    expect(await both.get(Reseal).all()).toMatchObject({ resealed: 0 });
    await both.close();
    const next = await start({ HOT_ENCRYPTION_KEY: NEXT_KEY });
    expect(valuesOf(await ask(target(), next))).toMatchObject({ values: { a: 'kept', b: 'kept too' } });
    await next.close();
  });
});
