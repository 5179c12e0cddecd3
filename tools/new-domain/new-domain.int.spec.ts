import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { transformFileSync } from '@swc/core';
import { dropDatabase, freshDatabase, type TestDatabase } from '@app/testing';
import { Client } from 'pg';

const root = resolve(__dirname, '..', '..');
const run = promisify(execFile);

/** What the generated lib and its checks need of the repository. */
const COPIED = [
  'libs/kernel',
  'libs/platform/config',
  'libs/platform/database',
  'libs/testing',
  'migrations',
  'tools/deps',
  'tools/eslint',
  'scripts/lib/aliases.mjs',
  'tsconfig.json',
  'tsconfig.base.json',
  'jest.config.cjs',
  'package.json',
  'nest-cli.json',
  'eslint.config.mjs',
  '.prettierrc.json',
  '.dependency-cruiser.cjs',
];

describe('npm run new:domain', () => {
  let place: string;
  let database: TestDatabase;
  const node = (...args: readonly string[]) =>
    run(process.execPath, [...args], { cwd: place, maxBuffer: 16e6 }).catch(
      (error: Error & { stdout?: string }) => {
        throw new Error(`${error.message}\n${error.stdout ?? ''}`); // compilers report on stdout
      },
    );
  const bin = (name: string, ...args: readonly string[]) => node(join('node_modules', '.bin', name), ...args);

  beforeAll(async () => {
    place = mkdtempSync(join(tmpdir(), 'hot-domain-'));
    for (const path of COPIED) cpSync(join(root, path), join(place, path), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'));
    const is = 'A delivery note is what a customer signs.';
    await node(
      join(root, 'tools', 'new-domain.mjs'),
      'delivery-notes',
      '--tier',
      '3',
      '--is',
      is,
      '--root',
      place,
    );
    writeFileSync(
      join(place, 'tsconfig.one.json'),
      JSON.stringify({
        extends: './tsconfig.json',
        include: ['libs/delivery-notes', 'migrations'],
        compilerOptions: { incremental: false },
      }),
    );
    database = await freshDatabase();
  }, 120_000);

  afterAll(async () => {
    await dropDatabase(database);
    rmSync(place, { recursive: true, force: true });
  });

  it('says what is missing when called without a name', async () => {
    await expect(node(join(root, 'tools', 'new-domain.mjs'), '--root', place)).rejects.toThrow(
      /usage: .*[^]*3 {2}what happens/,
    );
  });

  it('makes a lib that compiles, keeps the house style and the dependency rules', async () => {
    const files = ['libs/delivery-notes', 'migrations/*-create-delivery-notes.ts'];
    await Promise.all([
      bin('tsc', '--noEmit', '-p', 'tsconfig.one.json'),
      bin('prettier', '--check', ...files, 'tools/deps/tiers.json'),
      bin('eslint', 'libs/delivery-notes'),
      bin('depcruise', 'libs/delivery-notes', '--config', '.dependency-cruiser.cjs'),
    ]);
    expect(JSON.parse(readFileSync(join(place, 'nest-cli.json'), 'utf8'))).toHaveProperty([
      'projects',
      'delivery-notes',
    ]);
  }, 120_000);

  it('makes a migration that can be undone, and tests that pass', async () => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const migrate = await migrationIn(place);
    await migrate.up(client);
    await migrate.down(client);
    await migrate.up(client);
    await client.end();
    const jest = [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
    ];
    const env = { ...process.env, TEST_TEMPLATE_DB: database.name };
    const { stderr } = await run(process.execPath, [...jest, '--testPathPatterns', 'libs/delivery-notes'], {
      cwd: place,
      env,
    });
    expect(stderr).toMatch(/Tests: +6 passed, 6 total/);
  }, 120_000);
});

interface Migration {
  up(query: Client): Promise<void>;
  down(query: Client): Promise<void>;
}

async function migrationIn(place: string): Promise<Migration> {
  const name = readdirSync(join(place, 'migrations')).find((file) =>
    file.endsWith('-create-delivery-notes.ts'),
  );
  const { code } = transformFileSync(join(place, 'migrations', name ?? ''), {
    swcrc: false,
    module: { type: 'commonjs' },
    jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
  });
  const made: Record<string, new () => Migration> = {};
  new Function('exports', code)(made);
  const [Migration] = Object.values(made);
  if (!Migration) throw new Error(`${name} exports no migration`);
  return new Migration();
}
