import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A miniature runtime that honours the seam: an artifact's `js` is an async function expression of (args, host, tick),
 * where `tick()` is the fuel check. So tests can be as hostile as generated code could ever become: they hold real
 * JavaScript, which Hot programs never do.
 */
export function writeMiniRuntime(folder: string): string {
  const path = join(folder, 'mini-runtime.js');
  writeFileSync(path, MINI_RUNTIME);
  return path;
}

const MINI_RUNTIME = `
globalThis.__hotRuntime = {
  load(body) {
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
        const failed = (failureKind, msg) => ({ status: 'failed', failureKind, retryable: null, resultJson: failure(msg), stats });
        try {
          const value = await body(JSON.parse(request.argsJson), host, tick, control, request);
          if (value && value.raw !== undefined) return value.raw;
          return { status: 'succeeded', resultJson: JSON.stringify(value ?? null), stats };
        } catch (error) {
          if (!(error instanceof Stop)) {
            // A rejected call of a stopped run: what counts is why it was stopped.
            if (words[base] === 0) return failed('unhandled-error', String(error && error.message));
            error = new Stop(words[base]);
          }
          if (error.word === 1 || error.word === 4) {
            return { status: 'cancelled', resultJson: '{"$type":"::hot::run/Cancellation","$val":{"msg":"Run cancelled","data":null}}', stats };
          }
          return error.word === 2 ? failed('timeout', 'out of time') : failed('resource-limit', 'out of memory');
        }
      },
    };
  },
};`;
