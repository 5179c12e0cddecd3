import { trailOf } from './trail';

const ID = '01a21305-f0e7-733b-958a-5bbd88f03107';

describe('the trail of a page', () => {
  it.each([
    [['runs'], 'Runs'],
    [['runs', ID], 'Runs(runs) / 5bbd88f03107'],
    [['runs', ID, 'logs'], 'Runs(runs) / 5bbd88f03107'],
    [['projects', 'shop'], 'Projects(projects) / shop'],
    [['projects', 'shop', 'builds', ID], 'Projects(projects) / shop(projects/shop) / 5bbd88f03107'],
    [['api-keys', 'new'], 'API Keys(api-keys) / New'],
    [['nowhere'], ''],
    [[], ''],
  ])('%j', (parts, shown) => {
    const text = trailOf(parts).map(({ label, link }) =>
      link === null ? label : `${label}(${link.join('/')})`,
    );
    expect(text.join(' / ')).toBe(shown);
  });
});
