/** `npm run format`: Prettier over everything; with arguments over those files. */
import { spawnSync } from 'node:child_process';
import { inRoot, root } from './lib/paths.mjs';

const files = process.argv.slice(2);
const prettier = inRoot('node_modules', 'prettier', 'bin', 'prettier.cjs');
const args = [prettier, '--write', '--log-level', 'warn', ...(files.length > 0 ? files : ['.'])];
process.exit(spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1);
