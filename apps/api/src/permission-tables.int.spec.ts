import { DERIVED_SETS, INVALID_SETS, VALID_SETS } from '@app/access/testing';
import type { PermissionSet } from '@app/kernel';
import { useDatabase, useRedis } from '@app/testing';
import { ApiHarness } from './testing/api-harness';

describe('the tables of permissions, asked of the API', () => {
  const database = useDatabase();
  const redis = useRedis();
  let api: ApiHarness;
  beforeAll(async () => {
    api = await ApiHarness.start(database.url, redis);
  });
  afterAll(() => api.stop());

  const make = async (permissions: unknown, kind = 'sessions', token?: string) => {
    const options = { body: { permissions }, ...(token === undefined ? {} : { token }) };
    const answer = await api.call('POST', `/v1/${kind}`, options);
    const { data, error } = answer.json() as {
      readonly data?: { readonly permissions: PermissionSet };
      readonly error?: { readonly code: string; readonly message: string };
    };
    return { status: answer.statusCode, permissions: data?.permissions, ...error };
  };

  it('make sessions of what is valid, and give it back as it came [api-15.11]', async () => {
    for (const [row, permissions] of VALID_SETS)
      expect({ row, ...(await make(permissions)) }).toEqual({ row, status: 201, permissions });
  });

  it('refuse what is not, in words [api-15.11]', async () => {
    expect(new Set([...VALID_SETS, ...INVALID_SETS].map(([row]) => row)).size).toBe(56);
    for (const [row, permissions, phrase] of INVALID_SETS) {
      const { status, code, message } = await make(permissions);
      expect([row, status, code]).toEqual([row, 400, 'bad_request']);
      expect(message).toContain(phrase);
    }
  });

  it.each(['sessions', 'service-keys'])(
    'let %s have what their key has, and no more [api-15.12]',
    async (kind) => {
      for (const [row, parent, requested, isAllowed] of DERIVED_SETS) {
        // The right to make sessions changes no row.
        const token = await api.key({ ...parent, 'session:*': [...(parent['session:*'] ?? []), 'create'] });
        const { status, code } = await make(requested, kind, token);
        expect([row, status, code]).toEqual([
          row,
          ...(isAllowed ? [201, undefined] : [403, 'permission_escalation']),
        ]);
      }
    },
  );
});
