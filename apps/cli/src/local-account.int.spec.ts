import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useDatabase } from '@app/testing';
import { Client } from 'pg';
import { ensureLocalAccount, LOCAL_ACCOUNT_FILE } from './local-account';

describe('the local account', () => {
  const database = useDatabase({ fresh: true });
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'hot-local-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  const ensure = () => ensureLocalAccount({ DATABASE_URL: database.url, HOT_DATA_DIR: dataDir });
  const sql = async (text: string): Promise<readonly Record<string, unknown>[]> => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    return (await client.query<Record<string, unknown>>(text).finally(() => client.end())).rows;
  };

  it('is made once and stays the same', async () => {
    const account = await ensure();
    expect(account).toMatchObject({ orgSlug: 'local', envName: 'development', userEmail: 'local@hot.dev' });
    expect(account.apiKey).toMatch(/^hot_[0-9a-f]{32}_[0-9a-f]{64}$/);
    expect(await ensure()).toEqual(account);
    const [counts] = await sql(
      `SELECT (SELECT count(*)::int FROM hot.org) AS orgs, (SELECT count(*)::int FROM hot.env) AS envs,
              (SELECT count(*)::int FROM hot.org_user WHERE org_user_role_id = 2) AS admins`,
    );
    expect(counts).toEqual({ orgs: 1, envs: 1, admins: 1 });
    const file = join(dataDir, LOCAL_ACCOUNT_FILE);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toContain(account.apiKey);
  });

  it('gets a new key when the old one was revoked, narrowed or lost', async () => {
    const first = await ensure();
    await sql('UPDATE hot.api_key SET active = false');
    const second = await ensure();
    expect(second.apiKey).not.toBe(first.apiKey);
    await sql(`UPDATE hot.api_key SET permissions = '{"run:*":["read"]}'`);
    const third = await ensure();
    expect(third.apiKey).not.toBe(second.apiKey);
    writeFileSync(join(dataDir, LOCAL_ACCOUNT_FILE), '{"apiKey":');
    expect((await ensure()).apiKey).not.toBe(third.apiKey);
  });
});
