import { useDatabase } from '@app/testing';
import { Client } from 'pg';
import { Flags } from './command';
import { verifyCommand } from './verify.command';

describe('hot verify', () => {
  const database = useDatabase({ fresh: true });
  const run = async (env: Readonly<Record<string, string>>) => {
    const lines: string[] = [];
    const code = await verifyCommand.run({
      cwd: '.',
      positionals: [],
      flags: new Flags({}),
      env,
      out: {
        print: (line) => lines.push(line),
        note: () => undefined,
        write: () => undefined,
        isTerminal: false,
      },
    });
    return { code, lines };
  };

  it('says what it counted, and fails when a counter differs', async () => {
    expect(await run({ DATABASE_URL: database.url })).toEqual({
      code: 0,
      lines: [
        'events accepted 0 = handled 0 + unhandled 0 + dead letters 0 + outstanding 0 + commands 0 + missing 0',
        'counters equal the facts',
        'nothing is in limbo',
        'use is counted right',
      ],
    });
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(
      `INSERT INTO hot.event_bucket (env_id, granularity, bucket_start, state, slot, count)
       VALUES ('00000000-0000-7000-8000-000000000001', 0, to_timestamp(0), 1, 0, 7)`,
    );
    await client.end();
    const { code, lines } = await run({ DATABASE_URL: database.url });
    expect(code).toBe(1);
    expect(lines).toContain(
      '  events of environment 00000000-0000-7000-8000-000000000001: counted 7, there are 0',
    );
  });

  it('fails when what is billed is not what happened', async () => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query('DELETE FROM hot.event_bucket');
    const orgId = '00000000-0000-7000-8000-000000000002';
    await client.query(`INSERT INTO hot.org (org_id, name, slug) VALUES ($1, 'Verify', 'verify')`, [orgId]);
    await client.query('INSERT INTO hot.file_usage (org_id, slot, bytes, files) VALUES ($1, 0, 5, 1)', [
      orgId,
    ]);
    await client.end();
    const { code, lines } = await run({ DATABASE_URL: database.url });
    expect(code).toBe(1);
    expect(lines).toContain('  file bytes of 00000000-0000-7000-8000-000000000002: counted 5, there are 0');
  });

  it('asks for a database when none is named', async () => {
    await expect(run({})).rejects.toThrow('DATABASE_URL');
  });
});
