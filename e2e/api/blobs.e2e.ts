/** Large values on a running platform: published, handled, read and downloaded. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { call, SseReader } from '../support/api';
import { addressesOf, ask } from '../support/doors';
import { startPlatform, type Platform } from '../support/platform';

const FIXTURE = join(__dirname, '../fixtures/sdk');
const DOORS = join(__dirname, '../fixtures/doors');

describe('large values', () => {
  let platform: Platform;

  beforeAll(async () => {
    platform = await startPlatform();
    await platform.hot(['deploy'], FIXTURE);
  }, 120_000);
  afterAll(() => platform.stop());

  it('of 300 KiB are handled, streamed, read back as they were, and downloaded', async () => {
    const { api, key } = platform;
    const text = `${'é'.repeat(50_000)}${'x'.repeat(207_200)}`;
    const data = { text, small: 1 };
    const sse = await SseReader.open(api, '/v1/streams/subscribe-with-event', key, {
      event_type: 'sdk:echo',
      event_data: data,
    });
    const { run } = await sse.until((message) => message.type === 'run:stop');
    sse.close();
    expect(run?.result).toEqual(data);
    const read = await call<{ data: { result: unknown; event_id: string } }>(api, `/v1/runs/${run?.run_id}`, {
      key,
    });
    expect(read.body.data.result).toEqual(data);
    const event = await call<{ data: { event_data: unknown } }>(
      api,
      `/v1/events/${read.body.data.event_id}`,
      {
        key,
      },
    );
    expect(event.body.data.event_data).toEqual(data);

    const db = new Client({ connectionString: platform.databaseUrl });
    await db.connect();
    const { rows } = await db.query<{ blob_ref_id: string }>(
      'SELECT blob_ref_id FROM hot.blob_ref WHERE source_id = $1',
      [read.body.data.event_id],
    );
    await db.end();
    expect(rows).toHaveLength(1);
    const answer = await fetch(`${api}/v1/blobs/${rows[0]?.blob_ref_id}/download`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(await answer.text()).toBe(text);
    // The event's and the result's: one content.
    const files = readdirSync(join(platform.folder, 'files/__hot/blobs'), {
      recursive: true,
      withFileTypes: true,
    });
    expect(files.filter((entry) => entry.isFile())).toHaveLength(1);
    const usage = await call<{ data: { usage: Record<string, number> } }>(api, '/v1/org/usage', { key });
    expect(usage.body.data.usage['blob_storage_bytes']).toBe(Buffer.byteLength(text));
  });

  it('of 300 KiB are answered by webhooks and tools as they were', async () => {
    const { api } = platform;
    await platform.hot(['deploy'], DOORS);
    const text = `${'ü'.repeat(100_000)}${'y'.repeat(107_200)}`;
    const hook = await ask(api, (await addressesOf(platform))['POST shop/plain'] ?? '', {
      body: JSON.stringify({ text }),
    });
    expect([hook.status, hook.body]).toEqual([200, { text }]);
    const message = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'say', arguments: { text } },
    };
    const tool = await ask(api, '/mcp/local/development/stock', { body: JSON.stringify(message) });
    expect(tool.text).toContain(`"text":"${text}"`);
    expect(tool.text).not.toContain('BlobRef');
  });

  it('refuses sessions, whatever they may do', async () => {
    const { api, key } = platform;
    const session = await call<{ data: { token: string } }>(api, '/v1/sessions', {
      key,
      body: { permissions: { '*:*': ['*'] } },
    });
    const answer = await call(api, '/v1/blobs/0198c780-0000-7000-8000-000000000000/download', {
      key: session.body.data.token,
    });
    expect(answer.status).toBe(403);
  });
});
