/** A platform whose Redis is away from the beginning: callers still get their answers, only later. */
import { join } from 'node:path';
import { eventually } from '@app/testing';
import { addressesOf, ask } from '../support/doors';
import { startPlatform, type Platform } from '../support/platform';

const FIXTURE = join(__dirname, '../fixtures/doors');

describe('without Redis', () => {
  let platform: Platform;

  beforeAll(async () => {
    platform = await startPlatform({ env: { REDIS_URL: 'redis://127.0.0.1:1' } });
    await platform.hot(['deploy'], FIXTURE);
  }, 120_000);
  afterAll(() => platform.stop());

  it('webhooks are answered', async () => {
    const address = await eventually(async () => (await addressesOf(platform))['POST shop/plain'] ?? false, {
      timeoutMs: 30_000,
    });
    const answer = await ask(platform.api, address, { body: '{"still":"here"}' });
    expect([answer.status, answer.text]).toEqual([200, '{"still":"here"}']);
  }, 60_000);

  it('tools are answered, but not over the older transport', async () => {
    const path = '/mcp/local/development/stock';
    const message = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'count', arguments: { to: 3 } },
    };
    const answer = await ask(platform.api, path, { body: JSON.stringify(message) });
    expect(answer.text).toContain('"structuredContent":{"result":3}');
    const headers = { authorization: `Bearer ${platform.key}` };
    const older = await ask(platform.api, path, { method: 'GET', headers });
    expect([older.status, older.body]).toMatchObject([503, { error: { code: 'pubsub_unavailable' } }]);
  }, 60_000);
});
