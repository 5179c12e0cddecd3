import { contentTypeOf } from './content-type';

describe('the content type of a file', () => {
  it.each([
    ['a.json', 'text/plain', 'application/json'],
    ['a/b.CSV', null, 'text/csv'],
    ['a.JpEg', null, 'image/jpeg'],
    ['main.hot', null, 'text/x-hot'],
    ['a.tar.gz', null, 'application/gzip'],
    ['a.docx', 'application/msword', 'application/octet-stream'],
    ['a.constructor', null, 'application/octet-stream'],
    ['README', 'text/plain; charset=utf-8', 'text/plain; charset=utf-8'],
    ['README', null, null],
    ['dir.d/README', null, null],
    ['.json', 'text/plain', 'text/plain'],
    ['a.', 'text/plain', 'text/plain'],
    ['a.\n.md', null, 'text/markdown'],
  ])('of %j, sent as %j, is %j', (path, said, type) => {
    expect(contentTypeOf(path, said)).toBe(type);
  });
});
