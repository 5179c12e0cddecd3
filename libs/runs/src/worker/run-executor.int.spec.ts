import { DeadLetters } from '@app/dispatch';
import { newId } from '@app/kernel';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { fakeFailure, fakeLoss, WorkerHarness } from '../testing';
import { TraceReader } from '../trace-reader';
import { EventConsumer } from './event-consumer';

interface RunRow {
  readonly run_id: string;
  readonly status: number;
  readonly result: string;
  readonly retry_attempt: number;
  readonly delivery: number;
  readonly retry_of_run_id: string | null;
  readonly handler_key: string;
  readonly failure_kind: string | null;
  readonly trace: string | null;
  readonly stream_data_count: number;
  readonly info: string;
}

describe('a worker', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  let worker: WorkerHarness;

  beforeAll(async () => {
    worker = await WorkerHarness.create({
      databaseUrl: database.url,
      redisUrl: redis.url,
      prefix: `${redis.prefix}exec`,
    });
    await worker.start({ sweep: true });
  });
  afterAll(() => worker.close());

  const runsOf = (eventId: string) =>
    worker.db.query<RunRow>(`SELECT * FROM hot.run WHERE event_id = $1 ORDER BY run_id`, [eventId]);
  const live = (eventId: string) =>
    worker.db.query<{
      state: number;
      kind: number;
      run_id: string | null;
      last_result: string | null;
      due_at: Date;
    }>(`SELECT * FROM hot.dispatch WHERE event_id = $1`, [eventId]);
  const settled = (eventId: string, runs: number) =>
    eventually(
      async () => {
        const rows = await runsOf(eventId);
        expect(rows).toHaveLength(runs);
        expect(await live(eventId)).toHaveLength(0);
        return rows;
      },
      { timeoutMs: 8_000 },
    );

  it('runs the one handler of an event and leaves nothing live behind', async () => {
    const tenant = worker.tenant();
    worker.serving.addHandler(tenant.envId, 'echo', '::t/echo');
    worker.sandbox.define('::t/echo', ({ event, trace }) => {
      trace('{"small":true}');
      return event.data;
    });
    const event = await worker.publish(tenant, 'echo', { a: [1, null, 'é'] });
    const [run] = await settled(event.eventId, 1);
    expect(run).toMatchObject({
      status: 2,
      result: '{"a":[1,null,"é"]}',
      handler_key: '::t/echo',
      retry_attempt: 0,
      trace: '{"small":true}',
    });
    expect(JSON.parse(run?.info ?? '')).toMatchObject({
      queue_timing: { backend: 'bull', redelivered: false },
    });
  });

  it('keeps the data of an event to the letter on its way to the handler', async () => {
    const tenant = worker.tenant();
    worker.serving.addHandler(tenant.envId, 'raw', '::t/raw');
    let seen = '';
    worker.sandbox.define('::t/raw', ({ run }) => {
      seen = run.argsJson;
      return null;
    });
    const data = '{"10":1.50,"2":12345678901234567890,"é":"\\ud800"}';
    const event = await worker.publish(tenant, 'raw', null, { eventData: data });
    await settled(event.eventId, 1);
    expect(seen).toContain(`"data":${data},`);
  });

  it('runs each handler of an event once, and a failing one stops no other [X9]', async () => {
    const tenant = worker.tenant();
    for (const name of ['::t/one', '::t/two', '::t/three'])
      worker.serving.addHandler(tenant.envId, 'multi', name);
    worker.sandbox.define('::t/one', () => 1);
    worker.sandbox.define('::t/two', () => {
      throw fakeFailure('no');
    });
    worker.sandbox.define('::t/three', () => 3);
    const event = await worker.publish(tenant, 'multi', {});
    const runs = await settled(event.eventId, 3);
    expect(runs.map((run) => [run.handler_key, run.status]).sort()).toEqual([
      ['::t/one', 2],
      ['::t/three', 2],
      ['::t/two', 3],
    ]);
  });

  it('records an event that nobody listens to as unhandled, also for who comes later [X14]', async () => {
    const tenant = worker.tenant();
    const event = await worker.publish(tenant, 'nobody', {});
    await eventually(async () => {
      expect(await live(event.eventId)).toHaveLength(0);
      expect(
        await worker.db.query(`SELECT 1 FROM hot.event_unhandled WHERE event_id = $1`, [event.eventId]),
      ).toHaveLength(1);
    });
    // What is deployed later is for what comes later.
    worker.serving.addHandler(tenant.envId, 'nobody', '::t/somebody');
    worker.sandbox.define('::t/somebody', () => 'late');
    await worker.app.get(EventConsumer).consume([{ dispatchId: event.eventId, hint: null, isRetry: false }]);
    const next = await worker.publish(tenant, 'nobody', {});
    await settled(next.eventId, 1);
    expect(await runsOf(event.eventId)).toHaveLength(0);
  });

  it('lets an event wait for a deployment that is on its way [X15]', async () => {
    const tenant = worker.tenant();
    worker.serving.deploying.add(tenant.envId);
    const event = await worker.publish(tenant, 'early', {});
    await eventually(() => expect(worker.serving.askedForDeployments).toBeGreaterThan(1), {
      timeoutMs: 8_000,
    });
    expect(await live(event.eventId)).toMatchObject([{ kind: 1 }]);
    worker.serving.addHandler(tenant.envId, 'early', '::t/early');
    worker.sandbox.define('::t/early', () => 'there');
    worker.serving.deploying.delete(tenant.envId);
    const [run] = await settled(event.eventId, 1);
    expect(run).toMatchObject({ status: 2, result: '"there"' });
  }, 15_000);

  it('lets a retry and a call wait while what they need is loaded anew', async () => {
    const tenant = worker.tenant();
    const target = worker.serving.addHandler(tenant.envId, 'again', '::t/again', {
      retry: { attempts: 1, delay: 100 },
    });
    let tries = 0;
    worker.sandbox.define('::t/again', () => {
      tries += 1;
      if (tries > 1) return 'there';
      worker.serving.removeHandler(target);
      worker.serving.deploying.add(tenant.envId);
      throw fakeFailure('once');
    });
    const event = await worker.publish(tenant, 'again', {});
    await eventually(() => expect(tries).toBe(1));
    const asked = worker.serving.askedForDeployments;
    const called = await worker.publish(tenant, 'hot:call', { fn: '::t/again', args: [] });
    await eventually(() => expect(worker.serving.askedForDeployments).toBeGreaterThan(asked + 1), {
      timeoutMs: 8_000,
    });
    expect([await live(event.eventId), await live(called.eventId)]).toMatchObject([[{}], [{}]]);
    worker.serving.targets.push({ envId: tenant.envId, eventType: 'again', target });
    worker.serving.deploying.delete(tenant.envId);
    expect((await settled(event.eventId, 2)).map((run) => run.status)).toEqual([3, 2]);
    expect((await settled(called.eventId, 1)).map((run) => run.result)).toEqual(['"there"']);
  }, 15_000);

  it('tries a failed handler again as a new run of the same event [R1]', async () => {
    const tenant = worker.tenant();
    worker.serving.addHandler(tenant.envId, 'flaky', '::t/flaky', { retry: { attempts: 2, delay: 100 } });
    let tries = 0;
    worker.sandbox.define('::t/flaky', () => {
      tries += 1;
      if (tries < 3) throw fakeFailure(`try ${tries}`);
      return tries;
    });
    const event = await worker.publish(tenant, 'flaky', {});
    const runs = await settled(event.eventId, 3);
    expect(runs.map((run) => [run.status, run.retry_attempt])).toEqual([
      [3, 0],
      [3, 1],
      [2, 2],
    ]);
    expect(runs.map((run) => run.retry_of_run_id)).toEqual([null, runs[0]?.run_id, runs[1]?.run_id]);
    expect(runs[0]?.result).toContain('try 1');
  });

  it('shows an attempt that waits for its retry, with what it resulted in', async () => {
    const tenant = worker.tenant();
    worker.serving.addHandler(tenant.envId, 'slow-retry', '::t/slow-retry', {
      retry: { attempts: 1, delay: 60_000 },
    });
    worker.sandbox.define('::t/slow-retry', () => {
      throw fakeFailure('later');
    });
    const event = await worker.publish(tenant, 'slow-retry', {});
    await eventually(async () => {
      const [row] = await live(event.eventId);
      expect(row?.state).toBe(3);
      expect(row?.last_result).toContain('later');
      expect((row?.due_at.getTime() ?? 0) - Date.now()).toBeGreaterThan(50_000);
    });
    expect(await runsOf(event.eventId)).toHaveLength(0);
  });

  it('does not try again what says that trying again is of no use', async () => {
    const tenant = worker.tenant();
    worker.serving.addHandler(tenant.envId, 'final', '::t/final', { retry: 5 });
    worker.sandbox.define('::t/final', () => {
      throw fakeFailure('never', false);
    });
    const event = await worker.publish(tenant, 'final', {});
    const [run] = await settled(event.eventId, 1);
    expect(run).toMatchObject({ status: 3, failure_kind: 'failure' });
  });

  it('publishes what a run sends, in order, before the run’s own end', async () => {
    const tenant = worker.tenant();
    worker.serving.addHandler(tenant.envId, 'parent', '::t/parent');
    const ids = [newId(), newId(), newId()];
    worker.sandbox.define('::t/parent', ({ send }) => {
      ids.forEach((id, n) => send('child', { n }, id));
      return 'sent';
    });
    const event = await worker.publish(tenant, 'parent', {});
    const [run] = await settled(event.eventId, 1);
    const sent = await worker.db.query<{
      event_id: string;
      event_data: string;
      origin_run_id: string;
      stream_id: string;
      source: number;
    }>(`SELECT * FROM hot.event WHERE event_id = ANY($1) ORDER BY event_id`, [ids]);
    expect(sent.map((row) => row.event_data)).toEqual(['{"n":0}', '{"n":1}', '{"n":2}']);
    expect(sent.every((row) => row.origin_run_id === run?.run_id && row.stream_id === event.streamId)).toBe(
      true,
    );
    expect(sent.every((row) => row.source === 2)).toBe(true);
  });

  it('seals what a run sends that is secret, and opens it for the run that gets it', async () => {
    const tenant = worker.tenant();
    worker.serving.addHandler(tenant.envId, 'knows', '::t/knows');
    worker.serving.addHandler(tenant.envId, 'told', '::t/told');
    const id = newId();
    worker.sandbox.define('::t/knows', ({ run, send }) => {
      run.host.post('secret', '"sk_live_123"');
      send('told', { token: 'sk_live_123', header: 'Bearer sk_live_123', note: 'public' }, id);
      return 'sent';
    });
    const known: unknown[] = [];
    worker.sandbox.define('::t/told', ({ run, event }) => {
      known.push(event.data, JSON.parse(run.ctxJson));
      return 'ok';
    });
    await worker.publish(tenant, 'knows', {});
    await settled(id, 1);
    const [stored] = await worker.db.query<{ event_data: string; sealed: string }>(
      'SELECT event_data, sealed FROM hot.event WHERE event_id = $1',
      [id],
    );
    expect(stored?.event_data).toBe('{"token":"<secret>","header":"<secret>","note":"public"}');
    expect(stored?.sealed).not.toContain('sk_live');
    expect(known).toEqual([
      { token: 'sk_live_123', header: 'Bearer sk_live_123', note: 'public' },
      { values: {}, secretKeys: [], secrets: ['sk_live_123'] },
    ]);
  });

  it('fails the run of an event whose secrets can not be opened, and says so', async () => {
    const tenant = worker.tenant();
    worker.serving.addHandler(tenant.envId, 'sealed', '::t/sealed');
    worker.sandbox.define('::t/sealed', () => 'ran');
    const event = await worker.publish(
      tenant,
      'sealed',
      { a: '<secret>' },
      { sealed: `${newId()} hot1:0123456789abcdef:${Buffer.alloc(40).toString('base64')}` },
    );
    const [run] = await settled(event.eventId, 1);
    expect(run?.status).toBe(3);
    expect(run?.result).toMatch(/secrets in the data of this event can not be read: .*master key/);
  });

  it('notes which required context variables were missing', async () => {
    const tenant = worker.tenant();
    worker.serving.addHandler(tenant.envId, 'needs', '::t/needs');
    worker.sandbox.define('::t/needs', () => 'ran');
    worker.serving.context = { json: '{"values":{},"secretKeys":[]}', missing: ['api.key'] };
    const event = await worker.publish(tenant, 'needs', {});
    const [run] = await settled(event.eventId, 1);
    worker.serving.context = { json: '{"values":{},"secretKeys":[]}', missing: [] };
    expect(run?.status).toBe(2);
    expect(JSON.parse(run?.info ?? '')).toMatchObject({ missing_ctx: ['api.key'] });
  });

  it('keeps the stream data of a run', async () => {
    const tenant = worker.tenant();
    worker.serving.addHandler(tenant.envId, 'talk', '::t/talk');
    worker.sandbox.define('::t/talk', ({ data }) => {
      for (let n = 0; n < 3; n += 1) data('progress', { n });
      return null;
    });
    const event = await worker.publish(tenant, 'talk', {});
    const [run] = await settled(event.eventId, 1);
    expect(run?.stream_data_count).toBe(3);
    const rows = await worker.db.query<{ payload: string }>(
      `SELECT payload FROM hot.stream_data WHERE run_id = $1 ORDER BY seq`,
      [run?.run_id],
    );
    expect(rows.map((row) => row.payload)).toEqual(['{"n":0}', '{"n":1}', '{"n":2}']);
  });

  it('keeps a long trace in segments', async () => {
    const tenant = worker.tenant();
    worker.serving.addHandler(tenant.envId, 'long', '::t/long');
    worker.sandbox.define('::t/long', ({ trace }) => {
      trace('a'.repeat(5_000));
      trace('b'.repeat(5_000));
      trace('c');
      return null;
    });
    const event = await worker.publish(tenant, 'long', {});
    const [run] = await settled(event.eventId, 1);
    expect(run?.trace).toBeNull();
    const segments = await worker.db.query<{ seq: number; data: Buffer }>(
      `SELECT seq, data FROM hot.trace_segment WHERE run_id = $1 ORDER BY seq`,
      [run?.run_id],
    );
    expect(segments.map(({ seq, data }) => [seq, data[0]])).toEqual([
      [0, 2],
      [1, 2],
      [2, 1],
    ]);
  });

  it('begins a run again when its isolate died and it was not to blame', async () => {
    const tenant = worker.tenant();
    worker.serving.addHandler(tenant.envId, 'innocent', '::t/innocent');
    let tries = 0;
    worker.sandbox.define('::t/innocent', ({ trace, data }) => {
      tries += 1;
      for (const part of ['a', 'b', 'c']) trace(`${tries}${part}`.repeat(200 * (4 - tries)));
      data('piece', tries);
      if (tries < 3) throw fakeLoss(false);
      return tries;
    });
    const event = await worker.publish(tenant, 'innocent', {});
    const [run] = await settled(event.eventId, 1);
    expect(run).toMatchObject({ status: 2, delivery: 1, result: '3' });
    const info = JSON.parse(run?.info ?? '{}') as { restarts?: { at: string; reason: string }[] };
    expect(info.restarts).toEqual([
      { at: expect.stringMatching(/Z$/) as string, reason: 'the isolate died' },
      { at: expect.stringMatching(/Z$/) as string, reason: 'the isolate died' },
    ]);

    // What went out twice is told apart, and the trace is that of the start that counted.
    const pieces = await worker.db.query<{ seq: number; payload: string }>(
      'SELECT seq, payload FROM hot.stream_data WHERE run_id = $1 ORDER BY seq',
      [run?.run_id],
    );
    expect(pieces.map(({ seq, payload }) => [seq, payload])).toEqual([
      [0, '1'],
      [1, '2'],
      [2, '3'],
    ]);
    expect(await new TraceReader(worker.db).parts(tenant, run?.run_id ?? '')).toEqual(
      ['a', 'b', 'c'].map((part) => `3${part}`.repeat(200)),
    );
  });

  it('has the record of a repeat before it repeats', async () => {
    const tenant = worker.tenant();
    worker.serving.addHandler(tenant.envId, 'again', '::t/again');
    let seen: string | null = null;
    let tries = 0;
    worker.sandbox.define('::t/again', async () => {
      tries += 1;
      if (tries === 1) throw fakeLoss(false);
      const [row] = await worker.db.query<{ restarts: string | null }>(
        'SELECT restarts FROM hot.dispatch WHERE event_id = $1',
        [event.eventId],
      );
      seen = row?.restarts ?? null;
      return null;
    });
    const event = await worker.publish(tenant, 'again', {});
    await settled(event.eventId, 1);
    expect(seen).toContain('the isolate died');
  });

  it('delivers a suspect again in quarantine, and buries it after the third death [X4]', async () => {
    const tenant = worker.tenant();
    worker.serving.addHandler(tenant.envId, 'killer', '::t/killer');
    const quarantined: boolean[] = [];
    worker.sandbox.define('::t/killer', ({ run }) => {
      quarantined.push(run.quarantine);
      throw fakeLoss(true);
    });
    const event = await worker.publish(tenant, 'killer', {});
    const runs = await eventually(async () => {
      const rows = await runsOf(event.eventId);
      expect(rows).toHaveLength(3);
      return rows;
    });
    expect(runs.map((run) => [run.status, run.delivery, run.failure_kind])).toEqual([
      [3, 1, 'worker-lost'],
      [3, 2, 'worker-lost'],
      [3, 3, 'worker-lost'],
    ]);
    expect(runs.every((run) => run.retry_attempt === 0)).toBe(true);
    expect(quarantined).toEqual([false, true, true]);
    expect(await live(event.eventId)).toMatchObject([{ state: 4, run_id: null }]);

    const letters = worker.app.get(DeadLetters);
    const [letter] = await letters.list(tenant, 10);
    expect(letter).toMatchObject({ eventId: event.eventId, deliveries: 3, runId: runs[2]?.run_id });
    await expect(letters.requeue(worker.tenant(), letter?.dispatchId ?? '')).rejects.toThrow('not found');
    worker.sandbox.define('::t/killer', () => 'mended');
    await letters.requeue(tenant, letter?.dispatchId ?? '');
    await eventually(async () => {
      expect(await live(event.eventId)).toHaveLength(0);
      expect((await runsOf(event.eventId)).at(-1)).toMatchObject({ status: 2, result: '"mended"' });
    });
  });

  it('calls a function by name, and says when there is none', async () => {
    const tenant = worker.tenant();
    worker.serving.addHandler(tenant.envId, 'unused', '::t/called');
    let args = '';
    worker.sandbox.define('::t/called', ({ run }) => {
      args = run.argsJson;
      return 'ok';
    });
    const good = await worker.publish(tenant, 'hot:call', { fn: '::t/called', args: [1, { b: 2 }] });
    expect(await settled(good.eventId, 1)).toMatchObject([{ status: 2, run_type: 1 }]);
    expect(args).toBe('[1,{"b":2}]');
    const bad = await worker.publish(tenant, 'hot:call', { fn: '::t/missing' });
    const [run] = await settled(bad.eventId, 1);
    expect(run).toMatchObject({ status: 3, run_type: 1 });
    expect(run?.result).toContain('Function not found: ::t/missing (searched in orders)');
  });

  it('does nothing for a ticket that comes twice or too late', async () => {
    const tenant = worker.tenant();
    worker.serving.addHandler(tenant.envId, 'twice', '::t/twice');
    let count = 0;
    worker.sandbox.define('::t/twice', async () => {
      count += 1;
      await new Promise((resolve) => setTimeout(resolve, 30));
      return null;
    });
    const event = await worker.publish(tenant, 'twice', {});
    const consumer = worker.app.get(EventConsumer);
    const row = { dispatchId: event.eventId, hint: null, isRetry: false };
    await consumer.consume([row, row, row]);
    await settled(event.eventId, 1);
    await consumer.consume([row, { ...row, isRetry: true }]);
    expect(count).toBe(1);
    expect(await runsOf(event.eventId)).toHaveLength(1);
  });

  it('counts what it ran', async () => {
    const tenant = worker.tenant();
    worker.serving.addHandler(tenant.envId, 'counted', '::t/counted');
    worker.sandbox.define('::t/counted', ({ event }) => {
      if ((event.data as { fail: boolean }).fail) throw fakeFailure('as asked');
      return null;
    });
    const events = await Promise.all(
      Array.from({ length: 20 }, (_, n) => worker.publish(tenant, 'counted', { fail: n % 4 === 0 })),
    );
    await Promise.all(events.map((event) => settled(event.eventId, 1)));
    const counts = await worker.db.query<{ granularity: number; status: number; n: number }>(
      `SELECT granularity, status, sum(count)::int AS n FROM hot.run_bucket WHERE env_id = $1
       GROUP BY 1, 2 ORDER BY 1, 2`,
      [tenant.envId],
    );
    expect(counts).toEqual([
      { granularity: 0, status: 2, n: 15 },
      { granularity: 0, status: 3, n: 5 },
      { granularity: 1, status: 2, n: 15 },
      { granularity: 1, status: 3, n: 5 },
    ]);
    const usage = await worker.db.query<{ n: number }>(
      `SELECT sum(value)::int AS n FROM hot.usage_daily WHERE env_id = $1 AND metric = 'runs'`,
      [tenant.envId],
    );
    expect(usage).toEqual([{ n: 20 }]);
  });
});
