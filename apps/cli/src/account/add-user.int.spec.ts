import { verifyPassword } from '@app/identity';
import { useDatabase } from '@app/testing';
import { Client } from 'pg';
import { addUser } from './add-user';

const PASSWORD = 'correct horse battery';

describe('hot user add', () => {
  const database = useDatabase({ fresh: true });
  const wanted = {
    orgSlug: 'acme',
    envName: 'production',
    email: 'Ada@acme.test',
    role: 'admin',
    password: PASSWORD,
  } as const;
  const add = (over: Partial<Parameters<typeof addUser>[1]> = {}) =>
    addUser({ DATABASE_URL: database.url }, { ...wanted, ...over });

  async function rows<T>(sql: string, params: unknown[] = []): Promise<T[]> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      return (await client.query(sql, params)).rows as T[];
    } finally {
      await client.end();
    }
  }
  const stored = async (email: string): Promise<unknown> => {
    const [row] = await rows<{ auth_data: unknown }>(
      `SELECT a.auth_data FROM hot.user_auth a JOIN hot."user" u USING (user_id) WHERE lower(u.email) = lower($1)`,
      [email],
    );
    return row?.auth_data;
  };

  it('makes organization, environment and user, with a password that is not kept in the clear', async () => {
    const tenant = await add();
    expect(tenant).toMatchObject({ orgSlug: 'acme', envName: 'production', userEmail: 'Ada@acme.test' });
    const kept = await stored('ada@acme.test');
    expect(await verifyPassword(PASSWORD, kept)).toBe(true);
    expect(JSON.stringify(kept)).not.toContain(PASSWORD);
  });

  it('changes the password of somebody who is there, and ends their sessions', async () => {
    const first = await add();
    await rows(
      `INSERT INTO hot.app_session (app_session_id, user_id, token_hash, csrf_token, expires_at)
       VALUES (gen_random_uuid(), $1, '\\x00', 'c', now() + interval '1 hour')`,
      [first.userId],
    );
    const second = await add({ email: 'ada@acme.test', password: 'another long password' });
    expect(second).toEqual(first);
    expect(await verifyPassword('another long password', await stored('ada@acme.test'))).toBe(true);
    const [open] = await rows<{ n: string }>(
      'SELECT count(*) AS n FROM hot.app_session WHERE user_id = $1 AND revoked_at IS NULL',
      [first.userId],
    );
    expect(open?.n).toBe('0');
  });

  it.each([
    ['a short password', { password: 'short' }, 'A password has 12 to 256 characters; this one has 5'],
    ['an address that is none', { email: 'ada' }, '"ada": this is no e-mail address'],
    ['an impossible organization', { orgSlug: 'A b' }, '"A b": an organization is named by'],
    ['an impossible environment', { envName: '/' }, '"/": an environment is named by'],
  ])('refuses %s and makes nothing', async (_, over, message) => {
    const before = await rows('SELECT org_id FROM hot.org UNION ALL SELECT user_id FROM hot."user"');
    await expect(add({ orgSlug: 'other', email: 'bob@acme.test', ...over })).rejects.toThrow(message);
    expect(await rows('SELECT org_id FROM hot.org UNION ALL SELECT user_id FROM hot."user"')).toHaveLength(
      before.length,
    );
  });
});
