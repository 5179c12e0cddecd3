/** Custom domains, use and health over real processes. */
import { TestNameServer } from '@app/domains/testing';
import { eventually } from '@app/testing';
import { request } from 'node:http';
import { join } from 'node:path';
import { call } from '../support/api';
import { startPlatform, type Platform } from '../support/platform';
import { makeKey, makeTenant } from '../support/tenants';

interface Body {
  readonly data: Readonly<Record<string, string>> & { readonly usage: Readonly<Record<string, number>> };
}

describe('an environment under a name of its own', () => {
  const domain = 'api.bluekite.example';
  let names: TestNameServer;
  let platform: Platform;
  beforeAll(async () => {
    names = await TestNameServer.start();
    platform = await startPlatform({ env: { HOT_DOMAIN_NAME_SERVERS: names.address } });
    await platform.hot(['deploy'], join(__dirname, '../fixtures/sdk'));
  }, 90_000);
  afterAll(async () => {
    await platform.stop();
    await names.stop();
  });

  const send = async (method: string, path: string, body?: unknown): Promise<Body['data']> => {
    const { body: answer } = await call<Body>(platform.api, path, {
      method,
      key: platform.key,
      ...(body === undefined ? {} : { body }),
    });
    return answer?.data;
  };
  /** `fetch` does not let go of the host. */
  const statusAt = (host: string, key = platform.key, path = '/v1/env'): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const headers = { host, authorization: `Bearer ${key}` };
      request(`${platform.api}${path}`, { headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });

  it('is proved by a record, brought on by a worker, served, and gone when it is deleted', async () => {
    const made = await send('POST', '/v1/domains', { domain });
    const id = made['domain_id'] ?? '';
    expect(await statusAt(domain)).toBe(404);
    names.alias(made['validation_cname_name'] ?? '', made['validation_cname_value'] ?? '');
    expect(await send('POST', `/v1/domains/${id}/verify`)).toMatchObject({ status: 'validated' });
    await eventually(async () => expect(await statusAt(domain)).toBe(200), { timeoutMs: 1_000 });
    await eventually(
      async () => expect(await send('GET', `/v1/domains/${id}`)).toMatchObject({ status: 'active' }),
      {
        timeoutMs: 10_000,
      },
    );
    const stranger = await makeKey(platform, await makeTenant(platform));
    expect(await statusAt(domain, stranger)).toBe(403);
    expect(await statusAt(domain, platform.key, '/status')).toBe(200);

    await send('DELETE', `/v1/domains/${id}`);
    await eventually(async () => expect(await statusAt(domain)).toBe(404), { timeoutMs: 1_000 });
    await eventually(
      async () => {
        const gone = await call(platform.api, `/v1/domains/${id}`, { key: platform.key });
        expect(gone.status).toBe(404);
      },
      { timeoutMs: 10_000 },
    );
  }, 60_000);

  it('counts its runs as used', async () => {
    const before = (await send('GET', '/v1/org/usage')).usage;
    for (let at = 0; at < 3; at += 1)
      await send('POST', '/v1/events', { event_type: 'sdk:echo', event_data: { at } });
    await eventually(
      async () => {
        const { usage } = await send('GET', '/v1/org/usage');
        expect(usage['runs_this_period']).toBe((before['runs_this_period'] ?? 0) + 3);
        expect(usage['call_count'] ?? 0).toBeGreaterThan(before['call_count'] ?? 0);
        expect(usage['build_storage_bytes'] ?? 0).toBeGreaterThan(0);
      },
      { timeoutMs: 10_000 },
    );
  }, 30_000);
});
