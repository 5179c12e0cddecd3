import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './document';
import { brokenLinks } from './links';

const documents = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.includes('node_modules'))
    .map((file) => join(folder, file));

const FILES = [
  'README.md',
  ...['docs', 'docker', 'e2e', 'examples', 'libs', 'scripts', 'tools'].flatMap(documents),
];

describe('links in documents', () => {
  it.each(FILES)('%s', (file) => {
    expect(brokenLinks(join(root, file))).toEqual([]);
  });

  it('are found broken when a file, a heading or a name is not there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hot-links-'));
    try {
      writeFileSync(join(folder, 'code.ts'), 'export class Known { act(): void {} }');
      const file = join(folder, 'a.md');
      writeFileSync(
        file,
        [
          '# Some heading',
          '[a](code.ts) → `Known.act`, [b](code.ts) → `Known.rest`, [c](gone.ts), [d](#some-heading), [e](#none)',
          '```\n[f](in-code.ts)\n```',
          '[g](https://somewhere.example/x) [h](code.ts) →\n`Unknown`',
        ].join('\n'),
      );
      expect(brokenLinks(file)).toEqual([
        'code.ts does not contain rest',
        'gone.ts leads nowhere',
        '#none: there is no such heading',
        'code.ts does not contain Unknown',
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
