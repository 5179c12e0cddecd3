/** Entry of the bundle that runs inside an isolate: leaves one name behind, which the embedder takes away again. */
import type { LoadedProgram } from '../embed';
import { loadWith } from './load';

// Indirect, so that the text sees the global scope of the isolate and nothing of this bundle. It is used while
// loading only; the embedder removes it before any program runs.
const evaluate = globalThis.eval;

Object.defineProperty(globalThis, '__hotRuntime', {
  configurable: true,
  value: Object.freeze({
    load: (js: string, tables: string): LoadedProgram =>
      loadWith((source) => evaluate(`(${source})`) as (rt: unknown) => unknown, js, tables),
  }),
});
