import { hash } from 'node:crypto';
import { FixedClock, type Principal } from '@app/kernel';
import type { DbNotices, NoticeListener } from '@app/platform/database';
import { Credentials, parseAuthorization, type StoredCredential, type Token } from './index';

const ID = '0198c4e27b1a7f3c9d02a1b2c3d4e5f6';
const UUID = '0198c4e2-7b1a-7f3c-9d02-a1b2c3d4e5f6';
const LONG = 'ab'.repeat(32);
const SHORT = 'cd'.repeat(16);

describe('an Authorization header', () => {
  it.each<[string, Token]>([
    [`Bearer hot_${ID}_${LONG}`, { kind: 'api-key', credentialId: UUID, secret: LONG }],
    [`bearer s_${ID}_${SHORT}`, { kind: 'session', credentialId: UUID, secret: SHORT }],
    [`BEARER ${ID}_${SHORT}`, { kind: 'service-key', credentialId: UUID, secret: SHORT }],
  ])('%s is a credential', (header, token) => {
    expect(parseAuthorization(header)).toEqual(token);
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    `hot_${ID}_${LONG}`,
    `Basic hot_${ID}_${LONG}`,
    `Bearer  hot_${ID}_${LONG}`,
    `Bearer hot_${ID}_${LONG} `,
    ` Bearer hot_${ID}_${LONG}`,
    `Bearer\thot_${ID}_${LONG}`,
    `Bearer hot_${ID}_${SHORT}`,
    `Bearer hot_${ID}${LONG}`,
    `Bearer hot_${ID}_${LONG}_`,
    `Bearer hot_${ID}_${LONG.replace('a', 'g')}`,
    `Bearer s_${ID}_${LONG}`,
    `Bearer S_${ID}_${SHORT}`,
    `Bearer ${ID}_${LONG}`,
    `Bearer ${UUID}_${SHORT}`,
    `Bearer ${ID}_${SHORT}, Bearer ${ID}_${SHORT}`,
  ])('%j is none', (header) => {
    expect(parseAuthorization(header)).toBeNull();
  });
});

describe('credentials', () => {
  const principal: Principal = {
    kind: 'session',
    credentialId: UUID,
    apiKeyId: 'parent',
    orgId: 'org',
    envId: 'env',
    userId: 'user',
    permissions: {},
    retentionClass: -1,
  };
  const token: Token = { kind: 'session', credentialId: UUID, secret: SHORT };
  const good: StoredCredential = {
    secretHash: hash('sha256', SHORT, 'buffer'),
    principal,
    expiresAtMs: null,
  };

  let clock: FixedClock;
  let live: boolean;
  let listener: NoticeListener;
  let stored: StoredCredential | null;
  let loads: number;
  let used: string[];
  let gate: Promise<void>;
  let credentials: Credentials;
  beforeEach(() => {
    clock = new FixedClock(1_000_000);
    [live, stored, loads, used, gate] = [true, good, 0, [], Promise.resolve()];
    const notices = {
      isLive: () => live,
      listen: (_: string, one: NoticeListener) => void (listener = one),
    } as unknown as DbNotices;
    credentials = new Credentials(clock, notices);
    credentials.onModuleInit();
    credentials.register('session', {
      load: async () => {
        loads += 1;
        const answer = stored;
        await gate;
        return answer;
      },
      onUsed: (id) => void used.push(id),
    });
  });

  it('are read once and then known without waiting, for some seconds', async () => {
    expect(await credentials.verify(token)).toBe(principal);
    expect(credentials.verify(token)).toBe(principal);
    clock.advance(5_001);
    expect(await credentials.verify(token)).toBe(principal);
    expect([loads, used.length]).toEqual([2, 3]);
  });

  it('are read once for many requests at the same time', async () => {
    await Promise.all(Array.from({ length: 50 }, () => credentials.verify(token)));
    expect(loads).toBe(1);
  });

  it.each([UUID, 'parent', '*'])('are forgotten at the notice %s', async (payload) => {
    await credentials.verify(token);
    stored = null;
    listener.onNotice(payload);
    await expect(credentials.verify(token)).rejects.toThrow('Invalid or missing credential');
  });

  it('stay known at notices of others', async () => {
    await credentials.verify(token);
    listener.onNotice('other');
    expect(credentials.verify(token)).toBe(principal);
  });

  it('are forgotten when notices may have been missed, and not remembered while they do not arrive', async () => {
    await credentials.verify(token);
    live = false;
    listener.onGap();
    await credentials.verify(token);
    await credentials.verify(token);
    expect(loads).toBe(3);
  });

  it('are not remembered when they changed while they were read', async () => {
    let open: () => void = () => undefined;
    gate = new Promise((resolve) => (open = resolve));
    const verifying = credentials.verify(token);
    stored = null;
    listener.onNotice(UUID);
    open();
    await verifying;
    await expect(credentials.verify(token)).rejects.toThrow('Invalid or missing credential');
  });

  it('are refused with a wrong secret, also when they are known', async () => {
    const wrong = { ...token, secret: 'ee'.repeat(16) };
    await expect(credentials.verify(wrong)).rejects.toThrow('Invalid or missing credential');
    await credentials.verify(token);
    expect(() => credentials.verify(wrong)).toThrow('Invalid or missing credential');
    expect(used).toEqual([UUID]);
  });

  it('are refused under another kind, after their time, and when there are none', async () => {
    await credentials.verify(token);
    expect(() => credentials.verify({ ...token, kind: 'api-key' })).toThrow('Invalid or missing credential');
    stored = { ...good, expiresAtMs: clock.nowMs() + 100 };
    listener.onNotice('*');
    await credentials.verify(token);
    clock.advance(100);
    expect(() => credentials.verify(token)).toThrow('Invalid or missing credential');
    expect(() => credentials.verify(null)).toThrow('Invalid or missing credential');
  });
});
