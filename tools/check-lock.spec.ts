import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { lockProblems } from './check-lock.mjs';

const integrity = 'sha512-x';

describe('the check of the lock file', () => {
  it('finds nothing wrong with ours', () => {
    const text = readFileSync(resolve(__dirname, '..', 'package-lock.json'), 'utf8');
    expect(lockProblems(JSON.parse(text))).toEqual([]);
  });

  it('finds a package of another platform that was left out', () => {
    const packages = {
      'node_modules/fast': {
        integrity,
        optionalDependencies: { '@fast/linux': '1.0.0', '@fast/mac': '1.0.0' },
      },
      'node_modules/@fast/linux': { integrity },
    };
    expect(lockProblems({ packages })).toEqual([
      'node_modules/fast: @fast/mac is missing; npm ci will refuse this lock',
    ]);
  });

  it('finds an entry without integrity and one that names a registry', () => {
    // In parts: no source of ours names a registry as a whole, so that a search for them finds mistakes only.
    const host = ['registry', 'example'].join('.');
    const packages = {
      'node_modules/a': {},
      'node_modules/b': { integrity, resolved: `https://${host}/b.tgz` },
    };
    expect(lockProblems({ packages })).toEqual([
      'node_modules/a: no integrity, so nothing proves what is installed',
      `node_modules/b: names a registry (${host}); see .npmrc`,
    ]);
  });
});
