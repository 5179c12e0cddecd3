/**
 * Debian's (or Ubuntu's) redis-server without root: package lists in a folder of our own, apt-get download, dpkg -x.
 * Nothing is installed on the machine. 5–12 s once, 1.3 MB.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from './paths.mjs';

const CACHE = inRoot('.cache', 'redis');
const SERVER = join(CACHE, 'root', 'usr', 'bin', 'redis-server');

/** The server with the folders of the libraries that came with it. */
function found() {
  const base = join(CACHE, 'root', 'usr', 'lib');
  const folders = readdirSync(base, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const libraryPath = [base, ...folders.map((entry) => join(base, entry.name))].join(':');
  return {
    file: SERVER,
    name: 'redis-server',
    from: 'Debian package',
    env: { LD_LIBRARY_PATH: libraryPath },
  };
}

/** The fetched server. Throws with the reason when there is none and it could not (or should not) be fetched. */
export function fetchDebianRedis({ cachedOnly }) {
  if (existsSync(SERVER)) return found();
  if (cachedOnly) throw new Error('nothing fetched yet');
  const lists = join(CACHE, 'apt');
  const downloads = join(CACHE, 'download');
  for (const folder of [
    join(lists, 'lists', 'partial'),
    join(lists, 'cache', 'archives', 'partial'),
    downloads,
  ])
    mkdirSync(folder, { recursive: true });
  const options = [
    '-o',
    `Dir::State::Lists=${join(lists, 'lists')}`,
    '-o',
    `Dir::Cache=${join(lists, 'cache')}`,
    '-o',
    'APT::Sandbox::User=root',
    '-o',
    'Debug::NoLocking=1',
  ];
  execute('apt-get', [...options, '-qq', 'update'], CACHE);
  // The libraries beside libc that the server needs and that a bare machine may lack.
  const packages = [
    'redis-server',
    'redis-tools',
    'libjemalloc2',
    'liblua5.1-0',
    'liblzf1',
    'lua-bitop',
    'lua-cjson',
  ];
  execute('apt-get', [...options, '-qq', 'download', ...packages], downloads);
  const half = join(CACHE, 'root.half');
  rmSync(half, { recursive: true, force: true });
  for (const file of readdirSync(downloads).filter((name) => name.endsWith('.deb')))
    execute('dpkg', ['-x', join(downloads, file), half], CACHE);
  rmSync(join(CACHE, 'root'), { recursive: true, force: true });
  execute('mv', [half, join(CACHE, 'root')], CACHE);
  return found();
}

function execute(file, args, cwd) {
  const result = spawnSync(file, args, { cwd, encoding: 'utf8', timeout: 120_000 });
  if (result.status !== 0)
    throw new Error(
      `${file}: ${(result.error?.message ?? result.stderr ?? '').trim().split('\n').slice(-1)[0]}`,
    );
}
