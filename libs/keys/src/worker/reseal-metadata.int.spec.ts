import { ApiKeyService, KeysModule, ServiceKeyService } from '@app/keys';
import { newId, type Principal } from '@app/kernel';
import { ConfigModule } from '@app/platform/config';
import { DatabaseModule, Db } from '@app/platform/database';
import { useDatabase } from '@app/testing';
import { Test, type TestingModule } from '@nestjs/testing';
import { KeysWorkerModule } from './index';
import { ResealMetadata } from './reseal-metadata';

const [FORMER, CURRENT, OTHER] = ['c3', 'd4', 'e5'].map((byte) => byte.repeat(32)) as [
  string,
  string,
  string,
];

describe('metadata of service keys after a change of the master key', () => {
  const database = useDatabase({ fresh: true });
  const started: TestingModule[] = [];
  afterAll(() => Promise.all(started.map((app) => app.close())));

  const start = async (current: string, previous = ''): Promise<TestingModule> => {
    const app = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot({
          DATABASE_URL: database.url,
          REDIS_URL: 'redis://unused',
          HOT_MODE: 'production',
          HOT_ENCRYPTION_KEY: current,
          HOT_ENCRYPTION_KEY_PREVIOUS: previous,
        }),
        DatabaseModule,
        KeysModule,
        KeysWorkerModule,
      ],
    }).compile();
    app.useLogger(false);
    started.push(app);
    return app;
  };

  async function principalOf(app: TestingModule): Promise<Principal> {
    const [orgId, envId, userId] = [newId(), newId(), newId()];
    const db = app.get(Db);
    await db.execute('INSERT INTO hot.org (org_id, name, slug) VALUES ($1, $2, $3)', [orgId, 'Test', orgId]);
    await db.execute('INSERT INTO hot.env (env_id, org_id, name) VALUES ($1, $2, $3)', [
      envId,
      orgId,
      'test',
    ]);
    const permissions = { '*:*': ['*'] };
    const { key } = await app
      .get(ApiKeyService)
      .create({ orgId, envId }, { description: '', permissions, userId });
    const { apiKeyId } = key;
    return {
      orgId,
      envId,
      userId,
      kind: 'api-key',
      credentialId: apiKeyId,
      apiKeyId,
      permissions,
      retentionClass: -1,
    };
  }

  it('is sealed with the new one, in several batches, and left alone by processes that can not open it', async () => {
    const before = await start(FORMER);
    const who = await principalOf(before);
    const ids: string[] = [];
    const input = { name: null, description: null, permissions: {}, expiresIn: null };
    for (let i = 0; i < 120; i += 1) {
      const metadata = i < 110 ? `{"n":${i}.0}` : null;
      const { key } = await before.get(ServiceKeyService).create(who, { ...input, metadata });
      ids.push(key.serviceKeyId);
    }
    const stranger = await start(OTHER);
    expect(await stranger.get(ResealMetadata).all()).toEqual({ resealed: 0, unreadable: 110 });
    const both = await start(CURRENT, FORMER);
    expect(await both.get(ResealMetadata).all()).toEqual({ resealed: 110, unreadable: 0 });
    expect(await both.get(ResealMetadata).all()).toEqual({ resealed: 0, unreadable: 0 });
    const after = await start(CURRENT);
    const open = async (index: number) =>
      (await after.get(ServiceKeyService).get(who, ids[index] ?? '')).metadata;
    expect([await open(0), await open(109), await open(110)]).toEqual(['{"n":0.0}', '{"n":109.0}', null]);
    await expect(before.get(ServiceKeyService).get(who, ids[0] ?? '')).rejects.toThrow('master key');
  });
});
