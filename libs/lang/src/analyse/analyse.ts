/** Sources → Program. The passes stand here in order; each has a file of its own. */
import { explained } from '../diagnostics/explain';
import { DiagnosticSink } from '../diagnostics/sink';
import { parse } from '../parser/parse';
import { SourceFile } from '../source/source-file';
import type { NativeSignature } from '../syntax/native-signature';
import { declareArrows, enrollVariants } from './arrows';
import { checkTypes } from './check-types';
import { checkValueCycles } from './check-values';
import type { Analysis } from './context';
import { declareAll } from './declare';
import { fillAliasesAndEnums, fillStructs } from './fill-types';
import { metaFlag } from './metadata';
import type { AnalysisInput, Program, TestDef } from './program';
import { markPure } from './purity';
import { collectCoercible } from './signatures';
import { cellTypes, initSteps, lowerBodies, ownMembers, resolveMetadata, signatures } from './top-level';

/** Never throws, whatever the sources: what is wrong is in `diagnostics`. */
export function analyse(input: AnalysisInput): Program {
  const files = input.sources.map((source) => new SourceFile(source.name, source.text));
  const parsed = input.sources.map((source) => parse(source.text));
  const a = newAnalysis(input, files);
  const broken = new DiagnosticSink();
  parsed.forEach(({ errors }, file) => {
    const [first] = errors;
    if (first) broken.error(first.code, first.message, file, first);
  });

  const metas = declareAll(
    a,
    parsed.map(({ unit }) => unit),
  );
  const own = ownMembers(a);
  const structs = fillAliasesAndEnums(a);
  enrollVariants(a);
  fillStructs(a, structs);
  const arrows = declareArrows(a);
  collectCoercible(a);
  resolveMetadata(a, own, metas);
  signatures(a, own, arrows);
  lowerBodies(a, own, arrows);
  const init = markPure(initSteps(a), a.arrows);
  checkValueCycles(a.sink, init);
  checkTypes({ ...a, init, cellTypes: cellTypes(a, own) });

  // After a parse error names are missing for no fault of their own: only the parse errors are worth showing.
  const sink = broken.hasErrors ? broken : a.sink;
  return {
    files,
    origins: a.origins,
    namespaces: [...a.namespaces.values()],
    functions: a.functions,
    types: a.types,
    cells: a.cells,
    arrows: a.arrows,
    init,
    callSites: a.callSites,
    tests: findTests(a),
    diagnostics: explained(files, sink.sorted()),
    ok: !sink.hasErrors,
  };
}

function newAnalysis(input: AnalysisInput, files: readonly SourceFile[]): Analysis {
  const natives = new Map<string, NativeSignature>();
  const coreNatives = new Map<string, NativeSignature>();
  const nativeNamespaces = new Set<string>();
  for (const native of input.natives) {
    natives.set(native.name, native);
    const slash = native.name.indexOf('/');
    nativeNamespaces.add(native.name.slice(0, slash));
    const local = native.name.slice(slash + 1);
    // Of two namespaces that offer the same core name, the one that comes first has it.
    if (native.core && !coreNatives.has(local)) coreNatives.set(local, native);
  }
  return {
    files,
    origins: input.sources.map((source) => source.origin),
    namespaceOfFile: input.sources.map((source) => source.namespace),
    sink: new DiagnosticSink(),
    natives,
    coreNatives,
    nativeNamespaces,
    policy: input.policy,
    namespaces: new Map(),
    coreNames: new Map(),
    functions: [],
    types: [],
    cells: [],
    arrows: [],
    callSites: [],
    coercible: new Set(),
    lenient: new Set(),
    nativeShapes: new Map(),
    nextLocal: 0,
    depth: 0,
  };
}

/** Functions tagged `test`, namespaces in load order, functions in source order. */
function findTests(a: Analysis): readonly TestDef[] {
  const tests: TestDef[] = [];
  for (const ns of a.namespaces.values()) {
    for (const member of ns.members.values()) {
      if (member.target.kind === 'function' && metaFlag(member.meta, 'test')) {
        tests.push({ fn: member.target.fn, fullName: member.fullName });
      }
    }
  }
  return tests;
}
