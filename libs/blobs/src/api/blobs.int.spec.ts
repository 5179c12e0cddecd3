import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobSweep } from '@app/blobs';
import { newId } from '@app/kernel';
import { RunCommands } from '@app/runs';
import { fakeFailure, type FakeProgram } from '@app/runs/testing';
import { ExecutionHarness, type ExecutionTenant } from '@app/streams/testing';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { BlobsApiModule } from './blobs-api.module';

interface Stored {
  readonly event_data: string;
  readonly result: string;
}
interface RunData {
  readonly run_id: string;
  readonly status: string;
  readonly result: unknown;
}

describe('large values on their way', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  const folder = mkdtempSync(join(tmpdir(), 'hot-blobs-'));
  let hot: ExecutionHarness;
  let tenant: ExecutionTenant;
  let handle: (program: FakeProgram) => unknown;
  let files = (): string[] => [];

  beforeAll(async () => {
    const environment = { HOT_FILE_STORAGE_PATH: folder, HOT_MODE: 'development' };
    hot = await ExecutionHarness.start(database, redis, environment, { api: [BlobsApiModule], worker: [] });
    await hot.worker.start({ sweep: true });
  }, 30_000);
  afterAll(async () => {
    await hot.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    tenant = await hot.tenant();
    hot.serving.addHandler(tenant.envId, 'go', `::t/go-${tenant.envId}`);
    handle = ({ event }) => event.data;
    hot.sandbox.define(`::t/go-${tenant.envId}`, (program: FakeProgram) => handle(program));
    files = () =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.parentPath.includes(tenant.envId))
        .map(({ name }) => name);
  });

  const publish = async (data: unknown, by = tenant): Promise<string> => {
    const { body, status } = await hot.call('POST', '/v1/events', {
      token: by.token,
      body: { event_type: 'go', event_data: data },
    });
    expect(status).toBe(201);
    return (body.data as unknown as { event_id: string }).event_id;
  };
  const read = async <T>(path: string, by = tenant): Promise<T> =>
    (await hot.call('GET', path, { token: by.token })).body.data as unknown as T;
  const ended = (eventId: string): Promise<RunData> =>
    eventually(async () => {
      const [run] = await read<readonly RunData[]>(`/v1/events/${eventId}/runs`);
      return run === undefined || run.status === 'running' ? false : run;
    });
  const stored = async (eventId: string): Promise<Stored> => {
    const row = await hot.db.queryOne<Stored & Record<string, unknown>>(
      'SELECT e.event_data, r.result FROM hot.event e LEFT JOIN hot.run r USING (event_id) WHERE e.event_id = $1',
      [eventId],
    );
    return row ?? { event_data: '', result: '' };
  };
  const refOf = (text: string): string => /"id":"([0-9a-f-]{36})"/.exec(text)?.[1] ?? '';
  const download = (refId: string, token = tenant.token): Promise<Response> =>
    fetch(`${hot.url}/v1/blobs/${refId}/download`, { headers: { authorization: `Bearer ${token}` } });
  const objects = () =>
    hot.db.query<{ blob_object_id: string; status: string; size: string }>(
      'SELECT blob_object_id, status, size FROM hot.blob_object WHERE env_id = $1 ORDER BY blob_object_id',
      [tenant.envId],
    );
  const used = async (): Promise<{ bytes: number; objects: number }> =>
    (await hot.db.queryOne<{ bytes: number; objects: number }>(
      `SELECT coalesce(sum(bytes), 0)::float8 AS bytes, coalesce(sum(objects), 0)::float8 AS objects
         FROM hot.blob_usage WHERE org_id = $1`,
      [tenant.orgId],
    )) ?? { bytes: -1, objects: -1 };
  const letADayPass = () =>
    hot.db.execute(
      `UPDATE hot.blob_object SET last_referenced_at = last_referenced_at - interval '25 hours' WHERE env_id = $1`,
      [tenant.envId],
    );
  /** As the end of its retention does. */
  const release = (eventId: string) =>
    hot.db.execute(
      `UPDATE hot.blob_ref SET active = false, deactivated_at = now() - interval '25 hours'
        WHERE env_id = $1 AND (source_id = $2 OR source_id IN (SELECT run_id FROM hot.run WHERE event_id = $2))`,
      [tenant.envId, eventId],
    );
  const sweep = () => hot.http.app.get(BlobSweep).sweep();
  const large = (seed: string): string => `${seed} ${'é\n"x'.repeat(60_000)}`;

  it('reach the program and whoever reads, and lie once beside the rows', async () => {
    const data = {
      text: large('a'),
      list: [large('a'), 1],
      bytes: { $type: '::hot::type/Bytes', $val: [1] },
    };
    let seen: unknown;
    handle = ({ event }) => (seen = event.data);
    const eventId = await publish(data);
    const run = await ended(eventId);
    expect([run.status, run.result]).toEqual(['succeeded', data]);
    expect(seen).toEqual(data);
    expect(await read(`/v1/events/${eventId}`)).toMatchObject({ event_data: data });
    expect(await read(`/v1/runs/${run.run_id}`)).toMatchObject({ result: data });
    const rows = await stored(eventId);
    expect(rows.event_data.length).toBeLessThan(3_000);
    expect(rows.result.length).toBeLessThan(3_000);
    // Four times the same text.
    const size = Buffer.byteLength(data.text);
    expect((await objects()).map((row) => [row.status, Number(row.size)])).toEqual([['available', size]]);
    expect(files()).toHaveLength(1);
    expect(await used()).toEqual({ bytes: size, objects: 1 });
  });

  it('begin at 16 KiB in development mode, counted in bytes', async () => {
    for (const [data, isApart] of [
      ['x'.repeat(16_383), false],
      ['x'.repeat(16_384), true],
      ['é'.repeat(8_191), false],
      ['é'.repeat(8_192), true],
    ] as const) {
      const eventId = await publish({ data });
      expect((await stored(eventId)).event_data.includes('BlobRef')).toBe(isApart);
      expect(await read(`/v1/events/${eventId}`)).toMatchObject({ event_data: { data } });
      const { body } = await hot.call('GET', '/v1/events', { token: tenant.token });
      expect((body.data as unknown as readonly object[])[0]).toMatchObject({
        event_id: eventId,
        event_data: { data },
      });
      await ended(eventId);
    }
  });

  it('are whole for the next attempt, in a failure, and for another run of the same event', async () => {
    const seen: unknown[] = [];
    handle = ({ event }) => {
      seen.push(event.data);
      if (seen.length === 1) throw fakeFailure(large('failed'));
      return 1;
    };
    const data = large('again');
    const run = await ended(await publish(data));
    expect(run.result).toMatchObject({ $val: { msg: large('failed') } });
    await hot.http.app.get(RunCommands).retry(principal(), run.run_id, tenant.userId);
    // Told by their number: what differs between texts of this size takes seconds to tell.
    await eventually(() => seen.length === 2);
    await hot.http.app.get(RunCommands).rerun(principal(), run.run_id);
    await eventually(() => seen.length === 3);
    expect(seen).toEqual([data, data, data]);
  });

  const principal = () => ({
    orgId: tenant.orgId,
    envId: tenant.envId,
    userId: tenant.userId,
    kind: 'api-key' as const,
    credentialId: newId(),
    apiKeyId: null,
    retentionClass: -1 as const,
    permissions: { '*:*': ['*'] },
  });

  it('are not read through a reference in data, of the own environment or of another', async () => {
    const secret = large('secret');
    const { event_data: reference } = await stored(await publish(secret));
    const thief = await hot.tenant();
    const [ours, theirs] = [
      await publish(JSON.parse(reference)),
      await publish(JSON.parse(reference), thief),
    ];
    expect(await read(`/v1/events/${ours}`)).toMatchObject({ event_data: JSON.parse(reference) as unknown });
    expect(await read(`/v1/events/${theirs}`, thief)).toMatchObject({
      event_data: JSON.parse(reference) as unknown,
    });
    const run = await ended(ours);
    expect(run.result).toEqual(JSON.parse(reference));
  });

  it('are downloaded by keys of their environment that may read runs', async () => {
    const data = large('down');
    const refId = refOf((await stored(await publish(data))).event_data);
    const answer = await download(refId);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe(data);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="blob-${refId}"`,
      'content-length': String(Buffer.byteLength(data)),
      'x-content-type-options': 'nosniff',
    });
    const other = await hot.tenant();
    for (const refused of [await download(newId()), await download(refId, other.token)]) {
      expect(refused.status).toBe(404);
      expect(await refused.text()).toContain('Blob not found');
    }
    const limited = await hot.key(tenant, { 'event:*': ['read'] });
    expect((await download(refId, limited)).status).toBe(403);
    expect((await download('x')).status).toBe(400);
    const revoked = await hot.key(tenant, { '*:*': ['*'] });
    await hot.db.execute(`UPDATE hot.api_key SET active = false WHERE env_id = $1`, [tenant.envId]);
    expect((await download(refId, revoked)).status).toBe(401);
  });

  it('that are lost fail the run and say so, and are shown as what they were', async () => {
    hot.serving.addHandler(tenant.envId, 'later', `::t/later-${tenant.envId}`);
    hot.sandbox.define(`::t/later-${tenant.envId}`, () => 1);
    const refs = await publish(large('lost'));
    await ended(refs);
    rmSync(folder, { recursive: true });
    const { event_data: reference } = await stored(refs);
    expect(await read(`/v1/events/${refs}`)).toMatchObject({ event_data: JSON.parse(reference) as unknown });
    expect((await download(refOf(reference))).status).toBe(404);
    // The content is known, so its bytes are not written again: the run has to say that they are gone.
    const run = await ended(await publish(large('lost')));
    expect(run.status).toBe('failed');
    expect(JSON.stringify(run.result)).toContain('A large value can not be read: its bytes are gone');
  });

  it('stay while a row refers to them, and go a day after the last one is gone', async () => {
    const [first, second] = [await publish(large('kept')), await publish(large('kept'))];
    await Promise.all([ended(first), ended(second)]);
    await letADayPass();
    await release(first);
    await sweep();
    expect(await read(`/v1/events/${second}`)).toMatchObject({ event_data: large('kept') });
    await release(second);
    await sweep();
    expect([await objects(), files(), await used()]).toEqual([[], [], { bytes: 0, objects: 0 }]);
    expect(await read(`/v1/events/${second}`)).toMatchObject({
      event_data: { $type: '::hot::blob/BlobRef' },
    });
  });

  it('that were used again a moment ago stay', async () => {
    const first = await publish(large('fresh'));
    await ended(first);
    await release(first);
    await sweep();
    expect(await objects()).toHaveLength(1);
  });

  it('leave nothing behind wherever they were broken off', async () => {
    const eventId = await publish(large('killed'));
    await ended(eventId);
    await release(eventId);
    // Announced, and killed before the bytes were there, or after it.
    await hot.db.execute(`UPDATE hot.blob_object SET status = 'pending' WHERE env_id = $1`, [tenant.envId]);
    await hot.db.execute(`DELETE FROM hot.blob_usage WHERE org_id = $1`, [tenant.orgId]);
    await letADayPass();
    await sweep();
    expect([await objects(), files(), await used()]).toEqual([[], [], { bytes: 0, objects: 0 }]);

    // Killed while it was removed: bytes gone, row there.
    const next = await publish(large('killed'));
    await ended(next);
    await release(next);
    await sweep();
    await hot.db.execute(`UPDATE hot.blob_object SET status = 'deleting' WHERE env_id = $1`, [tenant.envId]);
    await hot.db.execute(`DELETE FROM hot.blob_usage WHERE org_id = $1`, [tenant.orgId]);
    rmSync(folder, { recursive: true });
    // Equal content meanwhile: it gets bytes of its own, which the removal does not touch.
    const third = await publish(large('killed'));
    expect((await ended(third)).result).toBe(large('killed'));
    await sweep();
    expect((await objects()).map(({ status }) => status)).toEqual(['available']);
    expect(await read(`/v1/events/${third}`)).toMatchObject({ event_data: large('killed') });
  });

  it('whose removal has begun get no reference any more', async () => {
    await ended(await publish(large('going')));
    const [object] = await objects();
    await hot.db.execute(`UPDATE hot.blob_object SET status = 'deleting' WHERE env_id = $1`, [tenant.envId]);
    await expect(
      hot.db.execute(
        `INSERT INTO hot.blob_ref (blob_ref_id, blob_object_id, org_id, env_id, retention_class, source_kind, source_id, form)
         VALUES ($1, $2, $3, $4, -1, 'event_data', $1, 1)`,
        [newId(), object?.blob_object_id, tenant.orgId, tenant.envId],
      ),
    ).rejects.toThrow('is not available');
  });
});
