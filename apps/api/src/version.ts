import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const manifest = z.object({ name: z.string(), version: z.string() });

/** Nearest folder above this file that holds our package.json: the root, from the sources as from the compiled tree. */
function root(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (
      existsSync(file) &&
      manifest.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data?.name === 'hot-platform'
    ) {
      return folder;
    }
    if (dirname(folder) === folder) throw new Error('package.json of hot-platform is not above the program');
  }
}

/** First seven digits of the commit; `unknown` outside a git checkout. */
function gitSha(): string {
  try {
    const options = { cwd: root(), stdio: ['ignore', 'pipe', 'ignore'] as ['ignore', 'pipe', 'ignore'] };
    return (
      execFileSync('git', ['rev-parse', '--short=7', 'HEAD'], options).toString().trim().slice(0, 7) ||
      'unknown'
    );
  } catch {
    // No checkout, or no git: nothing to say.
    return 'unknown';
  }
}

export const VERSION = manifest.parse(JSON.parse(readFileSync(join(root(), 'package.json'), 'utf8'))).version;
export const GIT_SHA = gitSha();
