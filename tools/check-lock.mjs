/**
 * What can be wrong with a lock file without anybody noticing until the next machine.
 *
 * Native packages publish one package per platform, and a registry may show the main package before all of them.
 * `npm install` then writes a lock without the missing ones, and `npm ci` refuses that lock everywhere.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** @returns {string[]} one sentence per problem */
export function lockProblems(lock) {
  const problems = [];
  const names = new Set(Object.keys(lock.packages).map((path) => path.replace(/^.*node_modules\//, '')));
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      if (!names.has(name))
        problems.push(`${path || 'package.json'}: ${name} is missing; npm ci will refuse this lock`);
    }
    if (path === '' || entry.link) continue;
    if (!entry.integrity && !entry.inBundle)
      problems.push(`${path}: no integrity, so nothing proves what is installed`);
    if (entry.resolved)
      problems.push(`${path}: names a registry (${new URL(entry.resolved).host}); see .npmrc`);
  }
  return problems;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const file = resolve(import.meta.dirname, '..', 'package-lock.json');
  const problems = lockProblems(JSON.parse(readFileSync(file, 'utf8')));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
