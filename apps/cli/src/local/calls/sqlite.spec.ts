import { valueOf } from '../../testing/evaluating';
import { Workspace } from '../../testing/workspace';

describe('databases on this machine', () => {
  let place: Workspace;
  const value = (code: string): Promise<unknown> => valueOf(place, `::db ::hot::sqlite\n${code}`);
  /** What the last line says instead of a value. */
  const error = async (code: string): Promise<string> => {
    const lines = code.split('\n');
    return String(await value([...lines.slice(0, -1), `err-message(${lines.at(-1) ?? ''})`].join('\n')));
  };
  beforeEach(async () => {
    place = await Workspace.make('project');
    await place.put('hot.hot', '::hot::conf ns\nhot.set.project "shop"');
  });
  afterEach(() => place.remove());

  it('keep every kind of value, and tell what a statement did', async () => {
    await value(`c ::db/open("a.db")
      ::db/execute(c, "create table t (id integer primary key, n integer, r real, s text, b blob, z text)", [])
      ::db/execute(c, "insert into t (n, r, s, b, z) values (?, ?, ?, ?, ?)", [9007199254740993, 2.0, "é", Bytes("hi"), null])
      ::db/close(c)`);
    expect(
      await value('to-json(first(::db/query(::db/open("a.db"), "select n, r, s, z, b from t", [])))'),
    ).toBe(
      '{"n":9007199254740993,"r":2.0,"s":"é","z":null,"b":{"$type":"::hot::type/Bytes","$val":[104,105]}}',
    );
    expect(
      await value('::db/execute(::db/open("a.db"), "insert into t (n) values (:a), (:b)", [true, 2.50])'),
    ).toEqual({ 'rows-affected': 2, 'last-insert-id': 3 });
    expect(
      await value(
        'to-json(::db/query(::db/open("a.db"), "select ?2 as b, :x as x, ? as c, :x as y", [1, 2, 3, 4]))',
      ),
    ).toBe('[{"b":2,"x":3,"c":4,"y":3}]');
  });

  it('are files only after they have been written back', async () => {
    expect(
      await value(`c ::db/open("a.db")
        ::db/execute(c, "create table t (x)", [])
        before file-exists("a.db")
        ::db/sync(c)
        [before, file-exists("a.db"), file-info("a.db").content-type]`),
    ).toEqual([false, true, 'application/vnd.sqlite3']);
  });

  it('are not written over what somebody else has written meanwhile', async () => {
    const code = `one ::db/open("a.db")
      two ::db/open("a.db")
      ::db/execute(one, "create table t (x)", [])
      ::db/close(one)
      ::db/execute(two, "create table u (x)", [])
      ::db/sync(two)`;
    expect(await error(code)).toContain("conflict — 'a.db' changed since checkout; reopen and retry");
    expect(await value('::db/query(::db/open("a.db"), "select name from sqlite_schema", [])')).toEqual([
      { name: 't' },
    ]);
  });

  it('are not written back in the middle of a transaction', async () => {
    const code = 'c ::db/open("a.db")\n::db/execute(c, "begin", [])\n::db/close(c)';
    expect(await error(code)).toContain('a transaction is open — COMMIT or ROLLBACK before sync/close');
  });

  it('can be opened for reading only', async () => {
    expect(await error('::db/open({path: "a.db", read-only: true})')).toContain("'a.db' does not exist");
    await value('c ::db/open("a.db")\n::db/execute(c, "create table t (x)", [])\n::db/close(c)');
    const open = 'c ::db/open({path: "a.db", read-only: true})\n';
    expect(await error(`${open}::db/execute(c, "insert into t values (1)", [])`)).toContain('readonly');
    expect(await error(`${open}::db/execute(c, "pragma query_only = off", [])`)).toContain('not authorized');
  });

  it.each([
    ['other files', "attach '/tmp/x.db' as x", '[]', 'not authorized'],
    ['other files by way of a copy', "vacuum into '/tmp/x.db'", '[]', 'authorization denied'],
    ['files that are sorted in', 'pragma temp_store = file', '[]', 'not authorized'],
    ['extensions', "select load_extension('x')", '[]', 'not authorized'],
    ['two statements', 'select 1; select 2', '[]', 'exactly one statement is run at a time'],
    ['none', ' -- nothing', '[]', 'there is no statement'],
    ['too few parameters', 'select ?, ?', '[1]', 'statement expects 2 parameters, got 1'],
    ['too many', 'select 1', '[1]', 'statement expects 0 parameters, got 1'],
    ['a Map as a parameter', 'select ?', '[{a: 1}]', 'parameters are Int, Dec, Str, Bytes, Bool or null'],
    ['what is no SQL', 'selekt', '[]', 'syntax error'],
    ['a child without its parent', 'insert into b values (7)', '[]', 'FOREIGN KEY constraint failed'],
  ])('refuse %s', async (_title, sql, params, message) => {
    const tables = `::db/execute(c, "create table a (id integer primary key)", [])
      ::db/execute(c, "create table b (a references a (id))", [])`;
    expect(
      await error(`c ::db/open("a.db")\n${tables}\n::db/query(c, ${JSON.stringify(sql)}, ${params})`),
    ).toContain(message);
  });

  it('are closed once', async () => {
    expect(await error('c ::db/open("a.db")\n::db/close(c)\n::db/query(c, "select 1", [])')).toContain(
      'the database is closed',
    );
  });
});
