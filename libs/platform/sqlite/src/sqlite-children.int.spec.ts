import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { eventually, useBundle } from '@app/testing';
import { childrenSettings, SqliteChildren, type ChildrenSettings } from './sqlite-children';

const EMPTY = new Uint8Array(0);
const ENDLESS = 'with recursive t(x) as (select 1 union all select x + 1 from t) select count(*) from t';
/** One that has ended may keep its number, where nobody asks what became of it. */
const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch {
    return false; // ESRCH
  }
  const file = `/proc/${pid}/stat`;
  return !existsSync(file) || !/\) [ZX] /.test(readFileSync(file, 'utf8'));
};

/** A worker of its own: has an endless statement running, tells the pid and waits to be killed. */
const WORKER = `
const [childrenPath, childPath, sql] = process.argv.slice(1);
const { SqliteChildren, childrenSettings } = require(childrenPath);
const children = new SqliteChildren(childrenSettings({ childPath }));
children.forRun('org', new AbortController().signal).open(new Uint8Array(0), false).then((copy) => {
  void copy.query(sql, '[]');
  setTimeout(() => console.log(JSON.stringify(children.pids)), 300);
});`;

/** Instead of SQL: what somebody would find who has got hold of the process. */
const INTRUDER = `
const attempt = (work) => { try { work(); return 'done'; } catch (error) { return error.code; } };
process.on('message', () => process.send({ ok: true, value: JSON.stringify({
  names: Object.keys(process.env).filter((name) => !name.startsWith('NODE_')),
  read: attempt(() => require('node:fs').readFileSync('/etc/hosts')),
  write: attempt(() => require('node:fs').writeFileSync('/tmp/hot-intruder', '')),
  start: attempt(() => require('node:child_process').spawnSync('true')),
}) }));`;

describe('SQL in a process of its own', () => {
  const childPath = useBundle('libs/platform/sqlite/src/child/main.ts');
  const childrenPath = useBundle('libs/platform/sqlite/src/sqlite-children.ts');
  const made: SqliteChildren[] = [];
  const make = (given: Partial<ChildrenSettings> = {}): SqliteChildren => {
    const children = new SqliteChildren(childrenSettings({ childPath, ...given }));
    made.push(children);
    return children;
  };
  const run = (children: SqliteChildren, orgId = 'org') => {
    const over = new AbortController();
    return { over, copies: children.forRun(orgId, over.signal) };
  };
  afterEach(async () => {
    for (const children of made) children.close();
    await eventually(() => expect(made.flatMap(({ pids }) => pids)).toEqual([]));
    made.length = 0;
  });

  it('answers statements, and gives the database back as a file has it', async () => {
    const { copies } = run(make());
    const first = await copies.open(EMPTY, false);
    await first.execute('create table t (x, y)', '[]');
    expect(await first.execute('insert into t values (?, ?)', '[1.0, "é"]')).toBe(
      '{"rows-affected":1,"last-insert-id":1}',
    );
    const content = await first.content();
    const second = await copies.open(content, true);
    expect(await second.query('select * from t', '[]')).toBe('[{"x":1.0,"y":"é"}]');
    await expect(second.execute('delete from t', '[]')).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining('readonly'),
    });
    await first.execute('begin', '[]');
    await expect(first.content()).rejects.toMatchObject({ code: 'invalid' });
  });

  it('is one process per run, from the first database to the last', async () => {
    const children = make();
    const { copies } = run(children);
    expect(children.pids).toEqual([]);
    const [first, second] = await Promise.all([copies.open(EMPTY, false), copies.open(EMPTY, false)]);
    const [pid = 0] = children.pids;
    expect(children.pids).toEqual([pid]);
    await run(children).copies.open(EMPTY, false);
    expect(children.pids).toHaveLength(2);
    await first.close();
    expect(await second.query('select 1 as a', '[]')).toBe('[{"a":1}]');
    await second.close();
    await eventually(() => expect(isRunning(pid)).toBe(false));
    await expect(second.query('select 1', '[]')).rejects.toMatchObject({ message: 'the database is closed' });
    expect(await (await copies.open(EMPTY, false)).query('select 2 as a', '[]')).toBe('[{"a":2}]');
  });

  it('is killed when a statement takes too long, and the next database has another', async () => {
    const children = make({ statementMs: 1_500 });
    const { copies } = run(children);
    const copy = await copies.open(EMPTY, false);
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 10);
    const tooLong = {
      code: 'timeout',
      message: 'a statement took longer than 1.5 s; the databases of the run were closed',
    };
    await expect(copy.query(ENDLESS, '[]')).rejects.toMatchObject(tooLong);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(20);
    expect(copy.isAlive()).toBe(false);
    await expect(copy.query('select 1', '[]')).rejects.toMatchObject(tooLong);
    expect(await (await copies.open(EMPTY, false)).query('select 2 as a', '[]')).toBe('[{"a":2}]');
  });

  it.each([
    ['one value', 'select length(randomblob(900000000)) as a', 'io', 'string or blob too big'],
    [
      'sorting',
      'with recursive t(x) as (select randomblob(4000000) union all select randomblob(4000000) from t) select x from t order by x',
      'quota',
      'SQL took more than 384 MiB of memory; the databases of the run were closed',
    ],
    [
      'an answer of many rows',
      'with recursive t(x) as (select 1 union all select x + 1 from t) select x from t',
      'quota',
      'the answer has more than 100000 rows',
    ],
    [
      'a large answer',
      'with recursive t(x) as (select 1 union all select x + 1 from t) select randomblob(1000000) as x from t',
      'quota',
      'the answer has more than 16777216 characters',
    ],
  ])('does not take more memory than it may: %s', async (_title, sql, code, message) => {
    const copy = await run(make()).copies.open(EMPTY, false);
    await expect(copy.query(sql, '[]')).rejects.toMatchObject({ code, message });
  });

  it('ends with its run, in the middle of a statement too', async () => {
    const children = make();
    const { over, copies } = run(children);
    const copy = await copies.open(EMPTY, false);
    const [pid = 0] = children.pids;
    const answer = expect(copy.query(ENDLESS, '[]')).rejects.toMatchObject({ code: 'cancelled' });
    over.abort();
    await answer;
    await eventually(() => expect(isRunning(pid)).toBe(false));
    await expect(copies.open(EMPTY, false)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('ends when its worker is killed, in the middle of a statement too', async () => {
    const worker = spawn(process.execPath, ['-e', WORKER, childrenPath, childPath, ENDLESS], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pids = await new Promise<number[]>((resolve) => {
      worker.stdout.once('data', (chunk: Buffer) => resolve(JSON.parse(chunk.toString()) as number[]));
    });
    expect(pids.map(isRunning)).toEqual([true]);
    worker.kill('SIGKILL');
    await eventually(() => expect(pids.filter(isRunning)).toEqual([]));
  });

  it('is there a few times only: others wait, for a while', async () => {
    const children = make({ children: 2, childrenPerOrg: 1, waitMs: 300 });
    const [one, two, three] = [run(children, 'a'), run(children, 'a'), run(children, 'b')];
    const copy = await one.copies.open(EMPTY, false);
    await expect(two.copies.open(EMPTY, false)).rejects.toMatchObject({
      code: 'quota',
      message: 'too many runs have databases open; waited for 0.3 s',
    });
    await three.copies.open(EMPTY, false);
    await expect(run(children, 'c').copies.open(EMPTY, false)).rejects.toMatchObject({ code: 'quota' });
    const waiting = two.copies.open(EMPTY, false);
    await copy.close();
    expect(await (await waiting).query('select 1 as a', '[]')).toBe('[{"a":1}]');
    expect(children.pids).toHaveLength(2);
  });

  it('is refused what is no database', async () => {
    const copies = run(make()).copies;
    await expect(copies.open(Buffer.from('not a database'.repeat(100)), false)).rejects.toMatchObject({
      code: 'io',
    });
  });

  it('knows nothing and may nothing', async () => {
    const intruder = join(dirname(dirname(childPath)), 'intruder', 'main.js');
    mkdirSync(dirname(intruder));
    writeFileSync(intruder, INTRUDER);
    const copy = await run(make({ childPath: intruder })).copies.open(EMPTY, false);
    const denied = 'ERR_ACCESS_DENIED';
    expect(JSON.parse(await copy.query('', '[]'))).toEqual({
      names: [],
      read: denied,
      write: denied,
      start: denied,
    });
    await expect(copy.content()).rejects.toMatchObject({ message: 'SQLite answered what is no answer' });
  });

  it('is told when it does not start', async () => {
    const copies = run(make({ childPath: childPath.replace('main', 'none') })).copies;
    await expect(copies.open(EMPTY, false)).rejects.toMatchObject({ code: 'io' });
  });
});
