/** Where the servers of a running installation are, for tools that need them; only its owner may read that. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const noteIn = (dataDir) => join(dataDir, 'services.json');

/** @param {string} dataDir @param {{databaseUrl: string, redisUrl: string}} urls */
export function noteServices(dataDir, urls) {
  writeFileSync(noteIn(dataDir), JSON.stringify(urls, null, 2), { mode: 0o600 });
}

export function forgetServices(dataDir) {
  rmSync(noteIn(dataDir), { force: true });
}

/** @returns {{databaseUrl: string, redisUrl: string} | undefined} of the installation, while it runs */
export function knownServices(dataDir) {
  try {
    return JSON.parse(readFileSync(noteIn(dataDir), 'utf8'));
  } catch {
    return undefined;
  }
}
