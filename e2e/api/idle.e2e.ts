/** What a platform asks of its database while nobody wants anything from it: its own housekeeping, and no more. */
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@app/testing';
import { join } from 'node:path';
import { call, SseReader } from '../support/api';
import { startPlatform, type Platform } from '../support/platform';

const FIXTURE = join(__dirname, '../fixtures/sdk');
const SECONDS = 10;
/** Of api, app and worker together; each process alone may ask two things a second. */
const MOST_PER_SECOND = 5;

describe('an idle platform', () => {
  let platform: Platform;
  const open: SseReader[] = [];
  beforeAll(async () => {
    platform = await startPlatform({ withApp: true });
    await platform.hot(['deploy'], FIXTURE);
  }, 90_000);
  afterAll(async () => {
    for (const reader of open) reader.close();
    await platform.stop();
  });

  /** Statements outside a transaction are transactions of their own, and idle processes open no others. */
  const transactions = async (): Promise<number> => {
    const rows = await platform.query<{ n: string }>(
      'SELECT xact_commit + xact_rollback AS n FROM pg_stat_database WHERE datname = current_database()',
    );
    return Number(rows[0]?.n);
  };
  const perSecond = async (): Promise<number> => {
    // A backend that has become idle hands in its last counts ten seconds later.
    await sleep(11_000);
    const before = await transactions();
    await sleep(SECONDS * 1_000);
    return ((await transactions()) - before) / SECONDS;
  };

  it('asks its database for little', async () => {
    const rate = await perSecond();
    // The worker's lease and its sweeper are seen, so that it is known that something is counted.
    expect(rate).toBeGreaterThan(0.2);
    expect(rate).toBeLessThanOrEqual(MOST_PER_SECOND);
  }, 40_000);

  it('asks no more because many follow streams and the environment', async () => {
    const { key, api } = platform;
    for (let n = 0; n < 20; n += 1) {
      const { body } = await call<{ data: { stream_id: string } }>(api, '/v1/events', {
        key,
        body: '{"event_type":"sdk:nobody","event_data":1}',
      });
      open.push(await SseReader.open(api, `/v1/streams/${body.data.stream_id}/subscribe`, key));
      open.push(await SseReader.open(api, '/v1/env/subscribe', key));
    }
    await eventually(async () => expect(await platform.query('SELECT FROM hot.dispatch')).toEqual([]));
    expect(await perSecond()).toBeLessThanOrEqual(MOST_PER_SECOND);
    expect(open.some((reader) => reader.ended)).toBe(false);
  }, 50_000);
});
