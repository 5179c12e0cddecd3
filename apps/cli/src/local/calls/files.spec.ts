import { CallArgs } from '@app/platform/calls';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorOf, valueOf } from '../../testing/evaluating';
import { Workspace } from '../../testing/workspace';
import { LocalDatabase } from './database';
import { LocalFiles } from './files';

interface Meta {
  readonly 'file-id': string;
  readonly path: string;
  readonly etag?: string;
  readonly 'created-at': number;
}

describe('files of a project', () => {
  let place: Workspace;
  const value = (code: string): Promise<unknown> => valueOf(place, code);
  beforeEach(async () => {
    place = await Workspace.make('project');
    await place.put('hot.hot', '::hot::conf ns\nhot.set.project "shop"\n');
  });
  afterEach(() => place.remove());

  it('are written below .hot/files and told of like those of the platform', async () => {
    expect(await value('write-file("notes/a.txt", "hé")')).toEqual({
      'file-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      path: 'notes/a.txt',
      size: 3,
      etag: '33fcd01258e6ba07ef405dc9e721f3a7',
      'content-type': 'text/plain',
      'storage-backend': 'local',
      'created-at': expect.any(Number),
      'updated-at': expect.any(Number),
    });
    expect(await place.read('.hot/files/notes/a.txt')).toBe('hé');
    expect(await value('read-file("hot://notes/./a.txt")')).toBe('hé');
    expect(await value('file-exists("/notes/a.txt")')).toBe(true);
  });

  it('keep id and birth when they are overwritten, and get new ones after they were deleted', async () => {
    const write = async (text: string): Promise<Meta> =>
      (await value(`write-file("a.hot", "${text}")`)) as Meta;
    const first = await write('1');
    const second = await write('2');
    expect([second['file-id'], second['created-at']]).toEqual([first['file-id'], first['created-at']]);
    expect(second.etag).not.toBe(first.etag);
    expect(await value('[delete-file("a.hot"), delete-file("a.hot"), file-exists("a.hot")]')).toEqual([
      true,
      false,
      false,
    ]);
    expect((await write('3'))['file-id']).not.toBe(first['file-id']);
  });

  it('are listed by directory and by prefix, in order, whoever put them there', async () => {
    await value('do { write-file("n/b.txt", "b") write-file("n/a/x.md", "x") write-file("now.txt", "n") }');
    await place.put('.hot/files/n/by-hand.png', 'p');
    const paths = (prefix: string): Promise<unknown> => value(`map(list-files("${prefix}"), (f) { f.path })`);
    expect(await paths('n')).toEqual(['n/a/x.md', 'n/b.txt', 'n/by-hand.png', 'now.txt']);
    expect(await paths('n/')).toEqual(['n/a/x.md', 'n/b.txt', 'n/by-hand.png']);
    expect(await paths('n/b')).toEqual(['n/b.txt', 'n/by-hand.png']);
    expect(await paths('')).toHaveLength(4);
    expect(await paths('nothing')).toEqual([]);
    const info = '(f) { [f.content-type, f.etag] }';
    expect(await value(`map([file-info("n/by-hand.png")], ${info})`)).toEqual([
      ['image/png', '83878c91171338902e0fe0fb97a8c47a'],
    ]);
  });

  it('are seen to have changed when somebody else wrote them', async () => {
    await value('write-file("a.txt", "old")');
    await place.put('.hot/files/a.txt', 'newer');
    expect(await value('file-info("a.txt").size')).toBe(5);
    expect(await value('read-file("a.txt")')).toBe('newer');
  });

  it.each([
    ['read-file("../x")', 'Path escapes storage root'],
    ['write-file("a/../../x", "")', 'Path escapes storage root'],
    ['list-files("..")', 'Path escapes storage root'],
    ['write-file("/", "")', 'Empty path not allowed'],
    ['read-file("a\\u0000b")', 'Path must not contain NUL'],
    [`read-file("${'x'.repeat(1_025)}")`, 'Path must have at most 1024 bytes'],
    ['read-file("none.txt")', 'Failed to read file: no file at none.txt'],
    ['file-info("none.txt")', 'Failed to get file info: no file at none.txt'],
    ['read-file("folder")', 'Failed to read file: no file at folder'],
    ['write-file("folder", "")', 'a file and a directory of one name'],
    ['write-file("folder/a.txt/b", "")', 'a file and a directory of one name'],
    ['read-file("folder/bytes")', 'File is not valid UTF-8: folder/bytes'],
  ])('%s: %s', async (code, message) => {
    await value('do { write-file("folder/a.txt", "") write-file-bytes("folder/bytes", Bytes([255])) }');
    expect(await errorOf(place, code)).toContain(message);
  });

  it('are not those that a link leads to', async () => {
    await place.put('secret.txt', 'outside');
    await mkdir(join(place.folder, '.hot/files'), { recursive: true });
    await symlink(place.folder, join(place.folder, '.hot/files/out'));
    expect(await errorOf(place, 'read-file("out/secret.txt")')).toContain('Path escapes storage root');
    expect(await errorOf(place, 'write-file("out/new.txt", "")')).toContain('Path escapes storage root');
    expect(await value('list-files("")')).toEqual([]);
  });

  it('may be as large as hot.hot allows', async () => {
    await place.put('hot.hot', '::hot::conf ns\nhot.file.max-bytes 3\n');
    expect(await value('write-file("a", "abc").size')).toBe(3);
    expect(await errorOf(place, 'write-file("a", "abcd")')).toContain('at most 3 bytes here');
    expect(await value('read-file("a")')).toBe('abc');
  });

  it('leave no folders and no drafts behind', async () => {
    await value('do { write-file("a/b/c", "") delete-file("a/b/c") write-file("a", "now a file") }');
    expect(await readdir(join(place.folder, '.hot/files'))).toEqual(['a']);
  });

  it('are not overwritten by who believes that something else is there', async () => {
    const root = join(place.folder, 'files');
    await mkdir(root);
    const db = new LocalDatabase(null);
    const { calls } = new LocalFiles(db, () => Promise.resolve(root), 1_000);
    const write = async (ifEtag?: string): Promise<string> => {
      const bytes = { $type: '::hot::type/Bytes', $val: 'YQ==' };
      return String(
        await calls['file.write']?.(JSON.stringify({ path: 'a', bytes, contentType: null, ifEtag })),
      );
    };
    const etag = new CallArgs(await write('')).text('etag');
    await expect(write('')).rejects.toMatchObject({ code: 'conflict' });
    await write(etag);
    await writeFile(join(root, 'a'), 'changed');
    await expect(write(etag)).rejects.toMatchObject({ code: 'conflict' });
    db.close();
  });
});

describe('files outside of any project', () => {
  let place: Workspace;
  const value = (code: string): Promise<unknown> => valueOf(place, code);
  beforeEach(async () => {
    place = await Workspace.make('folder');
  });
  afterEach(() => place.remove());

  it('are those of this machine, by its paths', async () => {
    await place.put('../beside/b.txt', 'beside');
    expect(await value('read-file("../beside/b.txt")')).toBe('beside');
    expect(await value('write-file("./out/a.json", "{}")')).toEqual({
      'file-id': './out/a.json',
      path: './out/a.json',
      size: 2,
      'content-type': 'application/json',
      'storage-backend': 'direct',
      'created-at': expect.any(Number),
      'updated-at': expect.any(Number),
    });
    expect(await place.read('out/a.json')).toBe('{}');
    expect(await value('[delete-file("out/a.json"), file-exists("out/a.json")]')).toEqual([true, false]);
    expect(await errorOf(place, 'read-file("none")')).toBe('Failed to read file: no file at none');
  });

  it('are listed by paths that can be read', async () => {
    await place.put('data/a.txt', 'a');
    await place.put('data/deep/b.txt', 'b');
    await place.put('database', 'c');
    const texts = (prefix: string): Promise<unknown> =>
      value(`map(list-files("${prefix}"), (f) { [f.path, read-file(f.path)] })`);
    expect(await texts('data')).toEqual([
      ['data/a.txt', 'a'],
      ['data/deep/b.txt', 'b'],
      ['database', 'c'],
    ]);
    expect(await texts('./data/')).toEqual([
      ['./data/a.txt', 'a'],
      ['./data/deep/b.txt', 'b'],
    ]);
    expect(await texts('.')).toHaveLength(3);
    expect(await texts('none/')).toEqual([]);
  });

  it('are those of a project when hot.hot says so', async () => {
    await place.put('hot.hot', '::hot::conf ns\nhot.file.mode "direct"\n');
    expect(await value('write-file("a.txt", "a").storage-backend')).toBe('direct');
    expect(await place.read('a.txt')).toBe('a');
  });
});
