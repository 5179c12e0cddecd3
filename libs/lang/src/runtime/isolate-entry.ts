/** Entry of the bundle that runs inside an isolate: leaves one name behind, which the embedder takes away again. */
import type { LoadedProgram } from '../embed';
import { loadCode } from './load';

Object.defineProperty(globalThis, '__hotRuntime', {
  configurable: true,
  value: Object.freeze({
    /** `code`: what the artifact's text is as an expression. The embedder evaluates it, in here. */
    load: (code: (rt: unknown) => unknown, tables: string): LoadedProgram => loadCode(code, tables),
  }),
});
