/**
 * Compiles the server (apps, libs, migrations) with SWC into dist/server, only what changed. The list of what was
 * compiled from which content is dist/server/.build.json; a file leaves the list before it is compiled, so a build
 * that was killed half-way is completed by the next one.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { aliases } from './aliases.mjs';
import { Failure } from './failure.mjs';
import { contentOf, hashOf, listFiles, marksOf } from './files.mjs';
import { inRoot, root } from './paths.mjs';

const OUT = inRoot('dist', 'server');
const LIST = join(OUT, '.build.json');
const SOURCES = ['apps/api', 'apps/admin-api', 'apps/worker', 'apps/cli', 'libs', 'migrations', 'bench'];
/** Read at run time from beside the compiled code. */
const ASSET = /\.(json|lua|sql|hot|html|txt)$/;
const NOT_SERVER =
  /^libs\/(admin-ui|testing)\/|\/testing\/|\.spec\.ts$|\.d\.ts$|\/(package|tsconfig[^/]*)\.json$|\.md$/;

const isSource = (file) =>
  !NOT_SERVER.test(file) && (file.endsWith('.ts') || (ASSET.test(file) && file.includes('/src/')));
const outputOf = (file) => join(OUT, file.replace(/\.ts$/, '.js'));

/**
 * @param {{tolerant?: boolean}} [options] tolerant: a file that does not compile is reported and left out
 * @returns {Promise<{compiled: number, files: number, hash: string, problems: string[]}>}
 */
export async function buildServer(options = {}) {
  const settings = swcSettings();
  const earlier = readList();
  const keep = earlier.settings === settings.hash ? earlier.files : {};
  const now = marksOf(listFiles(SOURCES, isSource), keep);
  const stale = Object.keys(now).filter(
    (file) => contentOf(now[file]) !== contentOf(keep[file]) || !existsSync(outputOf(file)),
  );
  const gone = Object.keys(earlier.files).filter((file) => !(file in now));

  if (stale.length > 0 || gone.length > 0) {
    mkdirSync(OUT, { recursive: true });
    writeList(
      settings.hash,
      Object.fromEntries(
        Object.entries(keep).filter(([file]) => !stale.includes(file) && !gone.includes(file)),
      ),
    );
    for (const file of gone)
      for (const suffix of ['', '.map']) rmSync(outputOf(file) + suffix, { force: true });
  }
  const problems = await compile(stale, settings.options);
  const failed = new Set(problems.map((problem) => problem.file));
  const done = Object.fromEntries(Object.entries(now).filter(([file]) => !failed.has(file)));
  if (stale.length > 0 || gone.length > 0 || Object.entries(done).some(([file, mark]) => keep[file] !== mark))
    writeList(settings.hash, done);
  const messages = problems.map((problem) => problem.message);
  if (messages.length > 0 && !options.tolerant)
    throw new Failure(`The server does not compile:\n\n${messages.join('\n\n')}`);
  const hash = hashOf(
    settings.hash,
    ...Object.entries(done).flatMap(([file, mark]) => [file, contentOf(mark)]),
  );
  return { compiled: stale.length - failed.size, files: Object.keys(now).length, hash, problems: messages };
}

/** The options of .swcrc with the aliases written out; also left in dist for `nest build` and `nest start --watch`. */
function swcSettings() {
  const { exclude: _, ...base } = JSON.parse(readFileSync(inRoot('.swcrc'), 'utf8'));
  const paths = Object.fromEntries(Object.entries(aliases(root)).map(([alias, file]) => [alias, [file]]));
  const options = { ...base, jsc: { ...base.jsc, baseUrl: '.', paths } };
  const version = JSON.parse(
    readFileSync(inRoot('node_modules', '@swc', 'core', 'package.json'), 'utf8'),
  ).version;
  const hash = hashOf(JSON.stringify(options), version, readFileSync(new URL(import.meta.url)));
  const file = inRoot('dist', 'swcrc.json');
  const text = `${JSON.stringify({ $schema: 'https://swc.rs/schema.json', ...options, exclude: ['\\.spec\\.ts$'] }, null, 2)}\n`;
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return { options: { ...options, swcrc: false, jsc: { ...options.jsc, baseUrl: root } }, hash };
}

function readList() {
  try {
    return JSON.parse(readFileSync(LIST, 'utf8'));
  } catch {
    return { settings: '', files: {} }; // first build, or half written
  }
}

function writeList(settings, files) {
  writeFileSync(`${LIST}.${process.pid}`, JSON.stringify({ settings, files }));
  renameSync(`${LIST}.${process.pid}`, LIST);
}

async function compile(files, options) {
  if (files.length === 0) return [];
  const { transform } = await import('@swc/core'); // its native part takes 30 ms to load
  const problems = [];
  await Promise.all(
    files.map(async (file) => {
      const out = outputOf(file);
      mkdirSync(dirname(out), { recursive: true });
      if (!file.endsWith('.ts')) return copyFileSync(inRoot(file), out);
      try {
        const source = readFileSync(inRoot(file), 'utf8');
        const { code, map } = await transform(source, {
          ...options,
          filename: inRoot(file),
          sourceFileName: inRoot(file),
        });
        if (map) writeFileSync(`${out}.map`, map);
        writeFileSync(
          out,
          map ? `${code}\n//# sourceMappingURL=${out.slice(out.lastIndexOf('/') + 1)}.map\n` : code,
        );
      } catch (error) {
        if (error.code === 'ENOSPC') throw error;
        problems.push({ file, message: `${file}\n${String(error.message ?? error).trim()}` });
      }
    }),
  );
  return problems;
}
