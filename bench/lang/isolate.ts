/**
 * An artifact as the worker's sandbox loads it: into a new isolate, the first one of its child or a later one, for
 * which the engine's own cache of the code is there.
 */
import type { Artifact } from '@app/lang';
import type { CodeCache, CodeOwner } from '@app/platform/sandbox';
import ivm from 'isolated-vm';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const RUNTIME = join('dist', 'server', 'lang-runtime.js');

const RUN = `
  const words = new Int32Array(64);
  const host = {
    call: () => Promise.reject(new Error('nothing is called')),
    post: () => undefined,
    nowUs: () => 0,
    epochMs: () => Date.now(),
    randomBytes: (length) => new Uint8Array(length),
  };
  return __hotRuntime.load($0, $1).run(JSON.parse($2), host, { words, slot: 0 }).then((end) => end.resultJson);
`;

/** Engine code as an isolate takes it. */
export function engineData(data: Buffer): ivm.ExternalCopy<ArrayBuffer> {
  return new ivm.ExternalCopy(new Uint8Array(data).buffer);
}

/** Milliseconds from the artifact's text to the result of a first call. The runtime is there already. */
export async function loadInIsolate(
  artifact: Artifact & CodeOwner,
  codes: CodeCache,
  request: object,
  gives: string,
): Promise<number> {
  if (!existsSync(RUNTIME)) throw new Error(`${RUNTIME} is missing: the server is not built`);
  const isolate = new ivm.Isolate({ memoryLimit: 256 });
  try {
    const context = await isolate.createContext();
    await context.eval(readFileSync(RUNTIME, 'utf8'), { filename: 'hot-runtime.js' });
    const start = performance.now();
    const script = await codes.compile(isolate, artifact, `(${artifact.js})`, 'program.js');
    const code = await script.run(context, { reference: true });
    const result: unknown = await context.evalClosure(
      RUN,
      [code.derefInto({ release: true }), artifact.tables, JSON.stringify(request)],
      { result: { promise: true, copy: true } },
    );
    const took = performance.now() - start;
    if (result !== gives) throw new Error(`${String(result)}, expected ${gives}`);
    return took;
  } finally {
    isolate.dispose();
  }
}
