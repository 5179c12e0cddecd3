/** A whole program → JavaScript source and tables. */
import type { Core } from '../analyse/core';
import { argCore, forEachCore } from '../analyse/visit-core';
import type { FunctionDef, InitStep, Member, Program } from '../analyse/program';
import { remark } from '../analyse/purity';
import type { NativeFacts } from '../syntax/native-facts';
import { Context, metaJson } from './context';
import { emitSteps, js } from './expr';
import { stepsJs } from './blocks';
import { emitInit, emitTopFunction, functionRow } from './functions';
import { schemasOf } from './schemas';
import { isNone, Suspension } from './suspension';
import type { NamedDefinition, NamedFunction, Tables, TypeEntry } from './tables';

/** Names of the runtime that generated code uses; `runtime/operations.ts` provides exactly these. */
export const RUNTIME_NAMES = [
  'c',
  'truthy',
  'add',
  'sub',
  'mul',
  'mod',
  'lt',
  'lte',
  'gt',
  'gte',
  'eq',
  'ne',
  'same',
  'enter',
  'enter0',
  'enter1',
  'enter2',
  'enterTop',
  'exit',
  'exitLoop',
  'up',
  'again',
  'resume',
  'flow',
  'flowing',
  'flowEnd',
  'flowTurn',
  'turned',
  'turnedLast',
  'HotMap',
  'EMPTY',
  'keys',
  'pairs',
  'mapOf',
  'spread',
  'lastOf',
  'prop',
  'slot',
  'at',
  'dynamicAt',
  'assign',
  'str',
  'dec',
  'raw',
  'halt',
  'unset',
  'cannotWait',
  'thunk',
  'asThunk',
  'force',
  'forceAsync',
  'waits',
  'waitsFor',
  'lambda',
  'closure',
  'withParams',
  'F',
  'dynamic',
  'dynamicAsync',
  'arguments_',
  'choose',
  'coerce',
  'converting',
  'convertTo',
  'make',
  'makeVariant',
  'isPlainMap',
  'isOwn',
  'matches',
  'isVariant',
  'asResult',
  'type',
  'variant',
  'test',
  'nativeValue',
  'typeValue',
  'builtinType',
  'variantValue',
  'namespace',
  'definition',
  'shared',
  'parallel',
  'parallelFailed',
  'natives',
] as const;

export interface Generated {
  readonly js: string;
  readonly tables: Tables;
}

export function generate(analysed: Program, natives: ReadonlyMap<string, NativeFacts>): Generated {
  const susp = new Suspension(analysed, natives);
  const program = withoutWaiting(analysed, susp);
  const cx = new Context(program, natives, susp);
  forceArrows(cx);
  const constructors = new Set(
    program.types.flatMap((t) => (t.local || !t.constructors ? [] : [t.constructors])),
  );
  const tops = program.functions.filter(
    (fn) => fn.origin === 'top' || fn.origin === 'arrow' || constructors.has(fn),
  );
  for (const fn of tops) emitTopFunction(cx, fn);
  const init = program.init.map((step) => initJs(cx, step));
  // Functions of the program may be called by name, so all of them stand in the table.
  const rows = tops.map((fn) => `${fn.id}: () => ${functionRow(cx, fn)}`);
  const used = [...cx.usedNatives].flatMap(([name, short]) => {
    const ref = `const ${short} = natives[${js(name)}];`;
    return natives.get(name)?.s === null ? [ref] : [ref, `const ${short}s = ${short}.s;`];
  });
  const text = [
    '(rt) => {',
    '"use strict";',
    `const { ${RUNTIME_NAMES.join(', ')} } = rt;`,
    ...used,
    ...cx.top,
    'return {',
    `functions: {\n${rows.join(',\n')}\n},`,
    `init: [\n${init.join(',\n')}\n],`,
    '};',
    '}',
  ];
  return { js: text.join('\n'), tables: tablesOf(cx, tops) };
}

/**
 * Values that all runs share are computed without waiting. One that is pure, but of which it is not known that it
 * does not wait, is computed per run instead, and so is what reads it.
 */
function withoutWaiting(program: Program, susp: Suspension): Program {
  const waiting = program.init.filter((step) => step.pure && !isNone(susp.body(step.value)));
  if (waiting.length === 0) return program;
  return {
    ...program,
    init: remark(program.init, program.arrows, new Set(waiting.map((step) => step.cell))),
  };
}

/** Arrows run inside conversions, which do not wait: they and what they call need synchronous bodies. */
function forceArrows(cx: Context): void {
  const visit = (fn: FunctionDef): void => {
    if (cx.forced.has(fn)) return;
    cx.forced.add(fn);
    for (const overload of fn.overloads) walk(overload.body);
  };
  const walk = (node: Core): void => {
    if (node.kind === 'call') {
      if (node.callee.kind === 'fn') visit(node.callee.fn);
      for (const arg of node.args) walk(argCore(arg));
      if (node.callee.kind === 'dynamic') walk(node.callee.value);
      return;
    }
    forEachCore(node, walk);
  };
  for (const arrow of cx.program.arrows) if (arrow.fn) visit(arrow.fn);
}

function initJs(cx: Context, step: InitStep): string {
  const { mode, code } = emitInit(cx, step, (ac) => {
    const keys = ac.spill(emitSteps(ac, step.steps));
    return step.kind === 'assign' ? stepsJs(step.steps, keys) : 'null';
  });
  const steps = step.kind === 'assign' ? 1 : 0;
  const site = cx.place(step.file, step);
  return `[${step.cell.id}, ${step.pure ? 1 : 0}, ${steps}, ${site}, ${mode === 'a' ? 1 : 0}, ${code}]`;
}

function tablesOf(cx: Context, tops: readonly FunctionDef[]): Tables {
  const { program } = cx;
  const params: Record<string, Tables['params'][string]> = {};
  const shapes: Record<string, Tables['shapes'][string]> = {};
  for (const fn of cx.typed) {
    shapes[String(fn.id)] = fn.overloads.map((o) => [o.fixed, o.variadic ? 1 : 0] as const);
    params[String(fn.id)] = fn.overloads.map((o) => o.params.map((p) => cx.typeJson(p.type)));
  }
  const members = new Map<string, NamedFunction[]>();
  const known = new Set(tops);
  const others: NamedDefinition[] = [];
  const named = (member: Member): NamedDefinition => {
    const place = program.files[member.file]?.placeAt(member.at.start);
    return {
      name: member.fullName,
      meta: member.meta === null ? null : metaJson(member.meta),
      file: member.file,
      line: place?.line ?? 0,
      column: place?.column ?? 0,
      position: place?.position ?? 0,
    };
  };
  for (const ns of program.namespaces) {
    const list: NamedFunction[] = [];
    for (const member of ns.members.values()) {
      const { kind } = member.target;
      if ((kind === 'value' || kind === 'type') && program.origins[member.file] !== 'std') {
        others.push(named(member));
      }
      if (member.target.kind !== 'function' || !known.has(member.target.fn)) continue;
      list.push({
        ...named(member),
        fn: member.target.fn.id,
        params: member.target.fn.overloads[0]?.params.map((p) => p.name) ?? [],
      });
    }
    members.set(ns.name, list);
  }
  return {
    files: program.files.map((f) => f.name),
    sites: cx.sites,
    calls: cx.calls,
    types: program.types.map((t): TypeEntry => ({
      name: t.fullName,
      kind: t.kind,
      marker: t.kind === 'struct' && t.marker,
      functionsOnly: t.kind === 'struct' && t.functionsOnly,
      local: t.local,
      fields:
        t.kind === 'struct'
          ? t.fields.map((f) => [f.name, cx.typeJson(f.type), f.required ? 1 : 0] as const)
          : [],
      variants:
        t.kind === 'enum'
          ? t.variants.map((v) => [v.name, v.payload === null ? null : cx.typeJson(v.payload)] as const)
          : [],
      target: t.kind === 'alias' ? cx.typeJson(t.target) : null,
      constructors: t.constructors && known.has(t.constructors) ? t.constructors.id : -1,
    })),
    arrows: program.arrows.map((a) => ({
      source: cx.typeJson(a.source),
      target: cx.typeJson(a.target),
      fn: a.fn?.id ?? -1,
      implicit: a.implicit,
      waits: a.fn !== null && !isNone(cx.susp.asValue(a.fn)),
    })),
    params,
    shapes,
    definitions: cx.definitions,
    namespaces: [...members],
    others,
    streams: cx.susp.streams,
    schemas: schemasOf(program, cx.susp.mentioned),
    tests: program.tests.map((t) => t.fullName),
    cells: program.cells.map((c) => c.fullName),
    result: program.init.findLastIndex((step) => program.origins[step.file] === 'snippet'),
  };
}
