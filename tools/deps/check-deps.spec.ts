import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { SEEDS, SKELETON } from './seeds';

const root = resolve(__dirname, '..', '..');

interface Configuration {
  readonly forbidden: readonly { readonly name: string }[];
}

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

/** A tree with these files, and the real configuration beside it. */
function plant(files: ReadonlyMap<string, readonly string[]>): string {
  const place = mkdtempSync(join(tmpdir(), 'hot-deps-'));
  for (const file of [
    'tools/deps/resolve.cjs',
    'tools/deps/tiers.json',
    'scripts/lib/aliases.mjs',

    'package.json',
    '.dependency-cruiser.cjs',
  ]) {
    cpSync(join(root, file), join(place, file));
  }
  symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'));
  for (const [file, imports] of files) {
    mkdirSync(dirname(join(place, file)), { recursive: true });
    const lines = imports.map((target, n) => `import * as i${n} from '${target}';\nexport { i${n} };`);
    writeFileSync(join(place, file), [...lines, 'export {};', ''].join('\n'));
  }
  return place;
}

async function check(files: ReadonlyMap<string, readonly string[]>): Promise<readonly Violation[]> {
  const place = plant(files);
  try {
    const cruiser = join(root, 'node_modules', '.bin', 'depcruise');
    const args = [
      cruiser,
      'apps',
      'libs',
      'migrations',
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'json',
    ];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: place,
      maxBuffer: 64e6,
    }).catch((error: { stdout?: string; message: string }) => {
      if (!error.stdout?.startsWith('{')) throw error; // it exits with the number of violations
      return { stdout: error.stdout };
    });
    const report = JSON.parse(stdout) as { readonly summary: { readonly violations: readonly Violation[] } };
    return report.summary.violations;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

describe('the dependency rules', () => {
  it('accept a tree that keeps them', async () => {
    expect(await check(new Map(Object.entries(SKELETON)))).toEqual([]);
  }, 60_000);

  it('have a seed each', () => {
    const { forbidden } = createRequire(__filename)('../../.dependency-cruiser.cjs') as Configuration;
    const names = new Set(forbidden.map((rule) => rule.name));
    expect(new Set(SEEDS.map((seed) => seed.rule))).toEqual(names);
  });

  describe('refuse each seed', () => {
    const planted = new Map<string, readonly string[]>([
      ...Object.entries(SKELETON),
      ['libs/stray/src/index.ts', []],
    ]);
    for (const { file, imports } of SEEDS) planted.set(file, [...(planted.get(file) ?? []), imports]);
    let violations: readonly Violation[] = [];

    beforeAll(async () => {
      violations = await check(planted);
    }, 60_000);

    it.each(SEEDS)('$rule: $file imports $imports', ({ rule, file }) => {
      expect(
        violations.filter((violation) => violation.from === file).map((violation) => violation.rule.name),
      ).toContain(rule);
    });
  });
});
