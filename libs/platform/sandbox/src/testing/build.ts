/** Compiles what the pool needs into a folder, for tests and benchmarks that run without the server's build. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** @returns path of the child's entry. */
export function buildChild(folder: string): string {
  const outfile = join(folder, 'child.js');
  buildSync({
    entryPoints: [join(__dirname, '../child/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    external: ['isolated-vm'],
    alias: { '@app/lang': join(__dirname, '../../../../lang/src/embed.ts') },
    logLevel: 'error',
  });
  return outfile;
}

/**
 * A miniature runtime that honours the seam: an artifact's `js` is an async function expression of (args, host, tick),
 * where `tick()` is the fuel check. So tests can be as hostile as generated code could ever become.
 */
export function writeMiniRuntime(folder: string): string {
  const path = join(folder, 'runtime.js');
  writeFileSync(path, MINI_RUNTIME);
  return path;
}

const MINI_RUNTIME = `
globalThis.__hotRuntime = {
  load(js) {
    const body = (0, eval)('(' + js + ')');
    return {
      async run(request, host, control) {
        const { words, slot } = control, base = 4 + slot * 4;
        const stats = { callCount: 1, traceBytes: 0, droppedCalls: 0 };
        const failure = (msg) => JSON.stringify({ $type: '::hot::run/Failure', $val: { msg, err: null } });
        class Stop { constructor(word) { this.word = word; } }
        const tick = () => {
          words[0] = slot + 1;
          words[1]++;
          const stop = words[base];
          if (stop !== 0) throw new Stop(stop);
          if (words[base + 1] !== 0 && words[2] > words[base + 1]) throw new Stop(2);
        };
        words[0] = slot + 1;
        try {
          const value = await body(JSON.parse(request.argsJson), host, tick);
          return { status: 'succeeded', resultJson: JSON.stringify(value ?? null), stats };
        } catch (error) {
          if (error instanceof Stop) {
            if (error.word === 1 || error.word === 4) return { status: 'cancelled', resultJson: '{"$type":"::hot::run/Cancellation","$val":{"msg":"Run cancelled","data":null}}', stats };
            const kind = error.word === 2 ? 'timeout' : 'resource-limit';
            return { status: 'failed', failureKind: kind, retryable: null, resultJson: failure('stopped: ' + kind), stats };
          }
          return { status: 'failed', failureKind: 'unhandled-error', retryable: null, resultJson: failure(String(error && error.message)), stats };
        }
      },
    };
  },
};`;
