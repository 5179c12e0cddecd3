import { DeadLetters, decodeStreamNotice, streamChannel, Verifier, type StreamNotice } from '@app/dispatch';
import { LiveBus } from '@app/platform/live';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { WorkerHarness } from '../testing';

interface RunRow {
  readonly run_id: string;
  readonly status: number;
  readonly delivery: number;
  readonly failure_kind: string | null;
  readonly result: string;
}
interface LiveRow {
  readonly dispatch_id: string;
  readonly state: number;
  readonly kind: number;
  readonly delivery: number;
  readonly last_result: string | null;
  readonly last_meta: string | null;
}

/** Refusals are those of the database itself: a trigger raises what its own checks of values raise. */
describe('runs whose end can not be recorded', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  let worker: WorkerHarness;

  beforeAll(async () => {
    worker = await WorkerHarness.create({
      databaseUrl: database.url,
      redisUrl: redis.url,
      prefix: `${redis.prefix}unrec`,
    });
    await worker.db.execute('CREATE TABLE public.refused (what text, code text)');
    await worker.db.execute(`
      CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE hit record;
      BEGIN
        SELECT * INTO hit FROM public.refused r WHERE NEW.handler_key = r.what OR NEW.result LIKE r.what LIMIT 1;
        IF FOUND THEN RAISE EXCEPTION 'value "sk_live_1" is not to be had' USING ERRCODE = hit.code; END IF;
        RETURN NEW;
      END $$`);
    await worker.db.execute(
      'CREATE TRIGGER refuse BEFORE INSERT ON hot.run FOR EACH ROW EXECUTE FUNCTION public.refuse()',
    );
    await worker.start({ sweep: true });
  });
  afterAll(() => worker.close());

  const refuse = (what: string, code: string) =>
    worker.db.execute('INSERT INTO public.refused VALUES ($1, $2)', [what, code]);
  const runsOf = (eventId: string) =>
    worker.db.query<RunRow>('SELECT * FROM hot.run WHERE event_id = $1 ORDER BY run_id', [eventId]);
  const live = (eventId: string) =>
    worker.db.query<LiveRow>('SELECT * FROM hot.dispatch WHERE event_id = $1', [eventId]);
  const dead = (eventId: string, timeoutMs = 12_000) =>
    eventually(async () => expect(await live(eventId)).toMatchObject([{ state: 4, run_id: null }]), {
      timeoutMs,
    });
  const isVerified = async () => {
    expect(await new Verifier(worker.db).verify(60)).toMatchObject({ ok: true });
  };

  it('end as a dead letter after a few deliveries, with the reason and without what was refused', async () => {
    const tenant = worker.tenant();
    worker.serving.addHandler(tenant.envId, 'odd', '::t/odd');
    worker.serving.addHandler(tenant.envId, 'odd', '::t/even');
    worker.sandbox.define('::t/odd', () => 'sk_live_1 odd');
    worker.sandbox.define('::t/even', () => 'even');
    await refuse('%sk_live_1 odd%', '22003');
    const event = await worker.publish(tenant, 'odd', {});
    const told: StreamNotice[] = [];
    await worker.app
      .get(LiveBus)
      .subscribe(streamChannel(tenant.envId, event.streamId), (text) => told.push(decodeStreamNotice(text)));
    await eventually(async () => expect((await live(event.eventId)).map((row) => row.state)).toEqual([4]), {
      timeoutMs: 12_000,
    });

    const runs = await runsOf(event.eventId);
    expect(runs.map((run) => [run.status, run.failure_kind, run.delivery])).toEqual(
      expect.arrayContaining([
        [2, null, 1],
        [3, 'unrecordable', 1],
        [3, 'unrecordable', 2],
        [3, 'unrecordable', 3],
      ]),
    );
    expect(runs).toHaveLength(4);
    const last = runs.findLast((run) => run.status === 3);
    expect(JSON.parse(last?.result ?? '')).toMatchObject({
      $val: { msg: 'What became of this run could not be recorded: value … is not to be had (22003)' },
    });
    expect(JSON.stringify(runs)).not.toContain('sk_live_1');

    const letters = worker.app.get(DeadLetters);
    const [letter] = await letters.list(tenant, 10);
    expect(letter).toMatchObject({ eventId: event.eventId, deliveries: 3, runId: last?.run_id });
    await eventually(() =>
      expect(told).toContainEqual(
        expect.objectContaining({ k: 'end', runId: last?.run_id, status: 'failed' }),
      ),
    );
    await isVerified();

    worker.sandbox.define('::t/odd', () => 'mended');
    await letters.requeue(tenant, letter?.dispatchId ?? '');
    await eventually(async () => {
      expect(await live(event.eventId)).toHaveLength(0);
      expect((await runsOf(event.eventId)).at(-1)).toMatchObject({ status: 2, result: '"mended"' });
    });
  }, 30_000);

  it('become dead letters without a run when not even that one failed can be recorded', async () => {
    const tenant = worker.tenant();
    worker.serving.addHandler(tenant.envId, 'never', '::t/never');
    worker.sandbox.define('::t/never', () => 'ran');
    await refuse('::t/never', '23514');
    const event = await worker.publish(tenant, 'never', {});
    await dead(event.eventId, 20_000);
    expect(await runsOf(event.eventId)).toHaveLength(0);
    expect((await live(event.eventId))[0]?.last_result).toContain('could not be recorded');
    await isVerified();
  }, 30_000);

  it('are put back while the database takes none, and blamed once it takes those of others', async () => {
    const tenant = worker.tenant();
    for (const name of ['lonely', 'other']) worker.serving.addHandler(tenant.envId, name, `::t/${name}`);
    let starts = 0;
    worker.sandbox.define('::t/lonely', () => {
      starts += 1;
      return 'ran';
    });
    worker.sandbox.define('::t/other', () => null);
    await refuse('::t/lonely', 'P0001');
    const event = await worker.publish(tenant, 'lonely', {});
    await eventually(() => expect(starts).toBe(2), { timeoutMs: 12_000 });
    expect(await live(event.eventId)).toMatchObject([{ delivery: 1, last_meta: null }]);

    const going = setInterval(() => void worker.publish(tenant, 'other', {}), 200);
    try {
      await eventually(
        async () => {
          const [row] = await live(event.eventId);
          expect(row?.last_meta).toContain('"failureKind":"unrecordable"');
        },
        { timeoutMs: 12_000 },
      );
    } finally {
      clearInterval(going);
    }
    await worker.db.execute(`DELETE FROM public.refused WHERE what = '::t/lonely'`);
    await eventually(async () => expect(await live(event.eventId)).toHaveLength(0), { timeoutMs: 12_000 });
    expect((await runsOf(event.eventId)).map((run) => run.status)).toEqual([3, 2]);
  }, 40_000);

  it('fail when what they send is refused, and stop no other', async () => {
    const tenant = worker.tenant();
    worker.serving.addHandler(tenant.envId, 'send', '::t/send');
    worker.sandbox.define('::t/send', async ({ send }) => {
      send('no\0type', {}, '01900000-0000-7000-8000-000000000001');
      await new Promise((resolve) => setTimeout(resolve, 100));
      return 'sent';
    });
    const event = await worker.publish(tenant, 'send', {});
    await dead(event.eventId);
    expect((await runsOf(event.eventId)).map((run) => run.failure_kind)).toEqual(
      Array.from({ length: 3 }, () => 'unrecordable'),
    );
  }, 20_000);

  it('do not begin for ever when a mistake of ours keeps them from being planned', async () => {
    const tenant = worker.tenant();
    worker.serving.addHandler(tenant.envId, 'lost', '::t/lost');
    worker.sandbox.define('::t/lost', () => 'found');
    const { handlersOf } = worker.serving;
    worker.serving.handlersOf = (envId, type) => {
      if (type === 'lost') throw new TypeError('Cannot read "sk_live_1"');
      return handlersOf.call(worker.serving, envId, type);
    };
    const event = await worker.publish(tenant, 'lost', {});
    await dead(event.eventId);
    const [row] = await live(event.eventId);
    expect(row).toMatchObject({ kind: 1, delivery: 3 });
    expect(row?.last_result).toContain('This could not be run: Cannot read …');
    await isVerified();

    worker.serving.handlersOf = handlersOf;
    await worker.app.get(DeadLetters).requeue(tenant, row?.dispatch_id ?? '');
    await eventually(async () => expect(await live(event.eventId)).toHaveLength(0));
    expect(await runsOf(event.eventId)).toMatchObject([{ status: 2, result: '"found"' }]);
  }, 20_000);
});
