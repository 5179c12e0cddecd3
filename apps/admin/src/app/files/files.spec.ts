import { crumbsOf, shownName } from './paths';

describe('paths', () => {
  it('lead back folder by folder', () => {
    expect(crumbsOf('a/b/')).toEqual([
      { name: 'a', prefix: 'a/' },
      { name: 'b', prefix: 'a/b/' },
    ]);
    expect(crumbsOf('')).toEqual([]);
  });

  it('are shown from where one is', () => {
    expect([shownName('a/b/c.txt', 'a/'), shownName('a/b/c.txt', '')]).toEqual(['b/c.txt', 'a/b/c.txt']);
  });
});
