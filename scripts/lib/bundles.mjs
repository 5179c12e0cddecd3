/** What runs inside an isolate is one file without imports: esbuild makes it from its entry point. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Failure } from './failure.mjs';
import { contentOf, hashOf, marksOf } from './files.mjs';
import { inRoot, root } from './paths.mjs';

/** `neutral`: an import of a Node module does not resolve and fails the build; an isolate has none. */
const BUNDLES = [
  {
    entry: 'libs/lang/src/runtime/isolate-entry.ts',
    out: 'dist/server/lang-runtime.js',
    platform: 'neutral',
    format: 'iife',
  },
];

/** Makes the bundles whose inputs changed. @returns {Promise<string[]>} the files that were made */
export async function buildBundles() {
  const made = [];
  for (const bundle of BUNDLES) {
    if (!existsSync(inRoot(bundle.entry))) continue;
    const stampFile = `${inRoot(bundle.out)}.inputs.json`;
    if (isCurrent(bundle, stampFile)) continue;
    await make(bundle, stampFile);
    made.push(bundle.out);
  }
  return made;
}

const settingsOf = (bundle) =>
  hashOf(
    JSON.stringify(bundle),
    readFileSync(new URL(import.meta.url)),
    readFileSync(inRoot('package-lock.json')),
  );

function isCurrent(bundle, stampFile) {
  if (!existsSync(stampFile) || !existsSync(inRoot(bundle.out))) return false;
  const stamp = JSON.parse(readFileSync(stampFile, 'utf8'));
  if (stamp.settings !== settingsOf(bundle)) return false;
  const now = marksOf(Object.keys(stamp.inputs), stamp.inputs);
  return Object.entries(stamp.inputs).every(([file, mark]) => contentOf(now[file]) === contentOf(mark));
}

async function make(bundle, stampFile) {
  const { build } = await import('esbuild');
  try {
    const result = await build({
      entryPoints: [inRoot(bundle.entry)],
      outfile: inRoot(bundle.out),
      absWorkingDir: root,
      bundle: true,
      format: bundle.format,
      platform: bundle.platform,
      target: 'es2023',
      mainFields: ['module', 'main'],
      conditions: ['import', 'default'],
      tsconfig: inRoot('tsconfig.json'),
      sourcemap: 'linked',
      metafile: true,
      keepNames: false,
      legalComments: 'none',
      logLevel: 'silent',
    });
    const inputs = Object.keys(result.metafile.inputs).filter((file) => !file.startsWith('node_modules/'));
    writeFileSync(stampFile, JSON.stringify({ settings: settingsOf(bundle), inputs: marksOf(inputs) }));
  } catch (error) {
    const messages = (error.errors ?? []).map(
      (e) => `${e.location ? `${e.location.file}:${e.location.line} ` : ''}${e.text}`,
    );
    throw new Failure(
      `${bundle.out} could not be made from ${bundle.entry}:\n${messages.join('\n') || error.message}`,
    );
  }
}
