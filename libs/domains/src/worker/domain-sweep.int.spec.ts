import { Sweeper } from '@app/dispatch/worker';
import { DomainRepository, DomainsModule } from '@app/domains';
import { TestNameServer } from '@app/domains/testing';
import { newId } from '@app/kernel';
import { ConfigModule } from '@app/platform/config';
import { DatabaseModule, Db, DbNotices } from '@app/platform/database';
import { eventually, useDatabase } from '@app/testing';
import { Test, type TestingModule } from '@nestjs/testing';
import { DomainSweep } from './domain-sweep';

type Listener = Parameters<Sweeper['listen']>[0];
type Sweep = Parameters<Listener>[0];

describe('the sweep of domains', () => {
  const database = useDatabase({ fresh: true });
  const listeners: Listener[] = [];
  const scope = { orgId: newId(), envId: newId() };
  let names: TestNameServer;
  let app: TestingModule;
  let db: Db;
  let domains: DomainRepository;

  beforeAll(async () => {
    names = await TestNameServer.start();
    app = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot({
          DATABASE_URL: database.url,
          REDIS_URL: 'redis://unused',
          HOT_DOMAIN_NAME_SERVERS: names.address,
        }),
        DatabaseModule,
        DomainsModule,
      ],
      providers: [
        DomainSweep,
        { provide: Sweeper, useValue: { listen: (each: Listener) => listeners.push(each) } },
      ],
    }).compile();
    await app.init();
    db = app.get(Db);
    domains = app.get(DomainRepository);
    await db.execute(`INSERT INTO hot.org (org_id, name, slug) VALUES ($1, 'o', 'o')`, [scope.orgId]);
    await db.execute(`INSERT INTO hot.env (env_id, org_id, name) VALUES ($1, $2, 'e')`, [
      scope.envId,
      scope.orgId,
    ]);
    await eventually(() => app.get(DbNotices).isLive());
  });
  afterAll(async () => {
    await app.close();
    await names.stop();
  });

  const add = async (): Promise<string> => {
    const domainId = newId();
    const domain = `${domainId}.example.test`;
    await domains.insert(scope, {
      domainId,
      domain,
      cnameName: `_p.${domain}`,
      cnameValue: '_v.verify.example',
      userId: newId(),
    });
    return domainId;
  };
  const prove = (domainId: string): void => names.alias(`_p.${domainId}.example.test`, '_v.verify.example');
  const turn = async (mine: boolean): Promise<void> => {
    for (const each of listeners) await each({ mine } as Sweep);
  };
  const facts = (domainId: string) =>
    db.queryOne<{ active: boolean; verified: boolean }>(
      `SELECT tls_provisioned_at IS NOT NULL AS active, verified_at IS NOT NULL AS verified
         FROM hot.domain WHERE domain_id = $1`,
      [domainId],
    );

  it('brings a proven domain all the way, leaves an unproven one, and removes what was deleted', async () => {
    const [proven, unproven, deleted] = [await add(), await add(), await add()];
    prove(proven);
    await domains.markDeleted(scope, deleted);
    await eventually(async () => {
      await turn(true);
      expect(await facts(proven)).toEqual({ active: true, verified: true });
      expect(await facts(deleted)).toBeUndefined();
    });
    expect(await facts(unproven)).toEqual({ active: false, verified: false });
  });

  it('does nothing when it is another worker’s turn, and asks about a pending domain once a minute', async () => {
    const domainId = await add();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const before = names.questions;
    await turn(false);
    expect(await facts(domainId)).toEqual({ active: false, verified: false });
    expect(names.questions).toBe(before);
    const sweep = app.get(DomainSweep);
    await sweep.sweep();
    const asked = names.questions;
    expect(asked).toBeGreaterThan(before);
    await sweep.sweep();
    expect(names.questions).toBe(asked);
    prove(domainId);
    await db.execute(`UPDATE hot.domain SET checked_at = checked_at - interval '1 minute'`);
    await sweep.sweep();
    expect(await facts(domainId)).toEqual({ active: true, verified: true });
  });

  it('does no harm when two are at it [A6]', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, add));
    ids.forEach(prove);
    await domains.markDeleted(scope, ids[0] ?? '');
    const sweep = app.get(DomainSweep);
    await Promise.all([sweep.sweep(true), sweep.sweep(true), sweep.sweep(true)]);
    await sweep.sweep(true);
    const states = await Promise.all(ids.slice(1).map(facts));
    expect(states.every((each) => each?.active)).toBe(true);
    expect(await facts(ids[0] ?? '')).toBeUndefined();
  });
});
