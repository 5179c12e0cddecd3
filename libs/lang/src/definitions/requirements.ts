/** Context variables and containers that a build needs. */
import { metaGet } from '../analyse/metadata';
import type { FunctionDef, MetaValue, NamespaceDef, Program } from '../analyse/program';
import { DiagnosticSink } from '../diagnostics/sink';
import { CallGraph } from './call-graph';
import { metaJson } from './json';
import type { BoxRequirement, CtxRequirement } from './model';
import { complain, MetaReader } from './reader';
import type { Extractor, Owner } from './reader';

/**
 * What running the project can reach: from its entry points and its top-level values; from all its functions when
 * it has no entry point.
 */
export function reachableFunctions(
  x: Extractor,
  graph: CallGraph,
  entries: ReadonlySet<FunctionDef>,
): ReadonlySet<FunctionDef> {
  const { program } = x;
  const own = program.functions.filter((fn) => program.origins[fn.file] === 'project');
  const roots = entries.size > 0 ? entries : own.filter((fn) => fn.origin === 'top');
  const steps = program.init.filter((step) => {
    const origin = program.origins[step.file];
    return origin === 'project' || origin === 'snippet';
  });
  return graph.reachable(roots, steps);
}

/**
 * Context variables without which a script must not start: those that the functions require which its values and the
 * project's may call, and the script's own namespaces.
 */
export function scriptNeeds(program: Program): readonly CtxRequirement[] {
  const of = (origin: string) => program.init.filter((step) => program.origins[step.file] === origin);
  const own = of('snippet');
  const reached = new CallGraph(program).reachable([], [...of('project'), ...own]);
  const spaces = new Set([...reached, ...own].map(({ ns }) => ns));
  return requirementsOf({ program, sink: new DiagnosticSink() }, reached, spaces).filter(
    (one) => one.required,
  );
}

export function ctxRequirements(x: Extractor, reached: ReadonlySet<FunctionDef>): readonly CtxRequirement[] {
  const spaces = new Set([...reached].map(({ ns }) => ns));
  for (const step of x.program.init) {
    if (x.program.origins[step.file] === 'project') spaces.add(step.ns);
  }
  return requirementsOf(x, reached, spaces);
}

function requirementsOf(
  x: Extractor,
  reached: ReadonlySet<FunctionDef>,
  spaces: ReadonlySet<NamespaceDef>,
): readonly CtxRequirement[] {
  const found = new Map<string, CtxRequirement>();
  const add = (owner: Owner, meta: MetaValue | null): void => {
    for (const one of declaredCtx(x, owner, meta)) {
      const known = found.get(one.key);
      // Required wins over optional, secret over plain.
      const better = known && (known.required || !one.required) ? known : one;
      found.set(one.key, { ...better, secret: one.secret || (known?.secret ?? false) });
    }
  };
  for (const fn of reached) add(fn, fn.meta);
  for (const ns of spaces) {
    add({ fullName: ns.name, file: ns.files[0] ?? 0, at: { start: 0, end: 0 } }, ns.meta);
  }
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function declaredCtx(x: Extractor, owner: Owner, meta: MetaValue | null): readonly CtxRequirement[] {
  const value = metaGet(meta, 'ctx');
  if (value === null || value.type === 'null') return [];
  const base = { declaredBy: owner.fullName, sourceFile: x.program.files[owner.file]?.name ?? '' };
  const plain = { required: true, secret: true, default: null, ...base };
  if (value.type === 'vec') {
    return value.items.flatMap((item) => (item.type === 'str' ? [{ key: item.value, ...plain }] : []));
  }
  if (value.type !== 'map') {
    complain(x, owner, `'${owner.fullName}': ctx must be a Map or a Vec of Str`);
    return [];
  }
  return value.entries.map(([key, options]): CtxRequirement => {
    if (options.type !== 'map') return { key, ...plain };
    const reader = new MetaReader(x, owner, options, `ctx.${key}.`);
    const otherwise = metaGet(options, 'default');
    return {
      key,
      required: otherwise === null && reader.bool('required', true),
      secret: reader.bool('secret', true),
      default: otherwise ? metaJson(otherwise) : null,
      ...base,
    };
  });
}

const SIZES = ['nano', 'micro', 'small', 'medium', 'large', 'xlarge', '2xlarge', '4xlarge'] as const;

export function boxRequirement(x: Extractor, reached: ReadonlySet<FunctionDef>): BoxRequirement {
  const functions: BoxRequirement['functions'][number][] = [];
  for (const fn of x.program.functions) {
    if (!reached.has(fn) && x.program.origins[fn.file] !== 'project') continue;
    const map = new MetaReader(x, fn, fn.meta, '').map('box');
    if (!map) continue;
    const size = map.has('min-size') ? map.oneOf('min-size', SIZES, 'nano') : null;
    const file = x.program.files[fn.file]?.name ?? '';
    functions.push({ fn: fn.fullName, minSize: size, network: map.bool('network', false), file });
  }
  const rank = (size: string | null): number => SIZES.findIndex((one) => one === size);
  const largest = functions.reduce((best, one) => Math.max(best, rank(one.minSize)), -1);
  return {
    minSize: SIZES[largest] ?? null,
    network: functions.some((one) => one.network),
    functions,
  };
}
