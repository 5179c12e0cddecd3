import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** The system's own. Throws when there is none. */
export function launchChromium(): Promise<Browser> {
  const path = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
    (each) => each !== undefined && existsSync(each),
  );
  if (path === undefined) throw new Error('No Chromium found; CHROMIUM names one');
  const flags = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath: path,
    args: [...flags, '--disable-component-update', '--disable-sync', ...(isRoot ? ['--no-sandbox'] : [])],
  });
}
