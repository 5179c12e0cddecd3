/**
 * `npm run new:domain -- webhooks --tier 3 --is "A webhook is an address that …"`: a lib in house style with a table, a
 * service, tests and a README, entered everywhere that lists libs.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import prettier from 'prettier';
import { writeNestProjects } from './nest-projects.mjs';
import { namesOf } from './new-domain/names.mjs';
import { filesOf } from './new-domain/templates.mjs';

const USAGE = `usage: npm run new:domain -- <plural-name> --tier <n> --is "<one sentence: what one of it is>"
       [--singular <name>]`;

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      tier: { type: 'string' },
      is: { type: 'string' },
      singular: { type: 'string' },
      root: { type: 'string', default: resolve(import.meta.dirname, '..') },
    },
  });
  const [plural] = positionals;
  const { root } = values;
  const tiersFile = join(root, 'tools', 'deps', 'tiers.json');
  const tiers = JSON.parse(readFileSync(tiersFile, 'utf8'));
  const tier = Object.keys(tiers)[Number(values.tier) - 1];
  if (!plural || !values.is || !tier) {
    const list = Object.entries(tiers).map(
      ([about, libs], index) => `  ${index + 1}  ${about} (${libs.join(', ')})`,
    );
    throw new Error(`${USAGE}\n\nTiers; a lib knows its own and lower ones:\n${list.join('\n')}`);
  }
  const names = namesOf(plural, values.singular);
  if (existsSync(join(root, 'libs', plural))) throw new Error(`libs/${plural} exists already.`);

  const files = filesOf(names, { sentence: values.is, timestamp: nextTimestamp(root) });
  tiers[tier].push(plural);
  files['tools/deps/tiers.json'] = JSON.stringify(tiers);
  for (const [file, text] of Object.entries(files)) {
    const target = join(root, file);
    mkdirSync(dirname(target), { recursive: true });
    const style = await prettier.resolveConfig(target);
    writeFileSync(target, await prettier.format(text, { ...style, filepath: target }));
    console.log(`  ${file}`);
  }
  if (writeNestProjects(root)) console.log('  nest-cli.json');
  console.log(`\nNext: npm run jest -- --testPathPatterns libs/${plural}`);
}

/** Later than every migration there is, so that branches do not interleave. */
function nextTimestamp(root) {
  const existing = readdirSync(join(root, 'migrations'))
    .map((name) => Number.parseInt(name, 10))
    .filter(Number.isFinite);
  return Math.max(Date.now(), ...existing.map((time) => time + 100_000));
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
