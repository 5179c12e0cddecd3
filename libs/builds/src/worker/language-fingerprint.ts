/** Which compiler and runtime this is: any change of the language's code makes cached artifacts of others useless. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPILER_VERSION } from '@app/lang';

let known: string | undefined;

/** `2.6.0-1+3f5a…`: the version for people, the digest for caches. About a megabyte is read, once per process. */
export function languageFingerprint(): string {
  return (known ??= `${COMPILER_VERSION}+${digestOf(join(__dirname, '../../../lang/src'))}`);
}

export function digestOf(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:js|ts)$/.test(name))
    .sort();
  const hash = createHash('sha256');
  for (const name of files) {
    const text = readFileSync(join(folder, name));
    hash.update(`${name}\0${text.length}\0`).update(text);
  }
  return hash.digest('hex').slice(0, 16);
}
