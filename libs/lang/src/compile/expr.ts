/** Core expressions → JavaScript. */
import type { Core, CoreStep, ConstValue } from '../analyse/core';
import { localName, type Activation, type Dest } from './activation';
import { emitBlock, emitCollect } from './blocks';
import { emitCall } from './calls';
import { emitCond, emitIf, emitMatch, emitParallel, emitPipe } from './flows';
import { emitFnValue, emitFunctionValue, emitLambda } from './functions';
import { isNone } from './suspension';
import { constJson, metaJson } from './context';

export const js = (v: unknown): string => JSON.stringify(v);

export function emitConst(ac: Activation, v: ConstValue): string {
  switch (v.type) {
    case 'null':
      return 'null';
    case 'bool':
      return String(v.value);
    case 'int': {
      const safe = v.value <= 9007199254740991n && v.value >= -9007199254740991n;
      return safe ? String(v.value) : ac.cx.constant('k', `${v.value}n`);
    }
    case 'dec':
      return ac.cx.constant('k', `dec(${js(constJson(v))})`);
    case 'str':
      return js(v.value);
  }
}

/** The value of a node as a JavaScript expression; may write statements that must run before it. */
export function emit(ac: Activation, node: Core): string {
  switch (node.kind) {
    case 'const':
      return emitConst(ac, node.value);
    case 'local':
      return node.maybeUnset
        ? `unset(${localName(node.local)}, ${js(node.local.name)})`
        : localName(node.local);
    case 'cell':
      return node.cell.pure ? `(shared[${node.cell.id}] ?? null)` : `(fb.r.cells[${node.cell.id}] ?? null)`;
    case 'fn-ref':
      return emitFunctionValue(ac.cx, node.fn);
    case 'native-ref':
      return ac.cx.constant('w', `nativeValue(${js(node.native.name)})`);
    case 'type-ref':
      // Named ones may have constructor functions, which exist only once the program is linked.
      return node.type.kind === 'named'
        ? `typeValue(${node.type.type.id})`
        : ac.cx.constant('w', `builtinType(${js(node.type.kind === 'builtin' ? node.type.name : 'Any')})`);
    case 'variant-ref':
      return ac.cx.constant('w', `variantValue(${ac.cx.variant(node.enum, node.variant)})`);
    case 'namespace':
      return ac.cx.constant('w', `namespace(${js(node.name)})`);
    case 'definition':
      return emitDefinition(ac, node);
    case 'template':
      return emitTemplate(ac, node);
    case 'vector':
      return emitVector(ac, node);
    case 'map':
      return emitMap(ac, node);
    case 'path':
      return emitPath(ac, node);
    case 'call':
      return emitCall(ac, node);
    case 'if':
      return emitIf(ac, node);
    case 'logic':
      return emitLogic(ac, node);
    case 'cond':
      return intoTemp(ac, (dest) => emitCond(ac, node, dest));
    case 'match':
      return intoTemp(ac, (dest) => emitMatch(ac, node, dest));
    case 'block':
      return emitBlock(ac, node);
    case 'collect':
      return emitCollect(ac, node);
    case 'parallel':
      return emitParallel(ac, node);
    case 'pipe':
      return emitPipe(ac, node);
    case 'lambda':
      return emitLambda(ac, node);
    case 'fn':
      return emitFnValue(ac, node.fn, null);
    case 'force':
      return emitForce(ac, node);
    case 'raw':
      return `raw(${emit(ac, node.value)})`;
    case 'halt':
      return `halt(${ac.cx.place(ac.file, node)}, ${js(node.message)})`;
  }
}

function intoTemp(ac: Activation, f: (dest: Dest) => void): string {
  const name = ac.temp();
  f({ kind: 'var', name });
  return name;
}

/** Emits a node so that its value ends in `dest`; branching nodes become statements. */
export function emitInto(ac: Activation, node: Core, dest: Dest): void {
  switch (node.kind) {
    case 'if':
      emitIfStatement(ac, node, dest);
      return;
    case 'cond':
      emitCond(ac, node, dest);
      return;
    case 'match':
      emitMatch(ac, node, dest);
      return;
    case 'block': {
      const { statements } = node;
      const last = statements[statements.length - 1];
      if (last?.kind === 'eval') {
        emitBlock(ac, { ...node, statements: statements.slice(0, -1) }, true);
        emitInto(ac, last.value, dest);
        return;
      }
      break;
    }
    case 'call':
      if (node.tail !== 'none' && emitTail(ac, node, dest)) return;
      break;
    default:
      break;
  }
  store(ac, dest, emit(ac, node));
}

export function store(ac: Activation, dest: Dest, value: string): void {
  if (dest.kind === 'var') ac.write(`${dest.name} = ${value};`);
  else if (!/^[\w$"]*$/.test(value)) ac.write(`${value};`);
}

function emitIfStatement(ac: Activation, node: Extract<Core, { kind: 'if' }>, dest: Dest): void {
  const condition = emitCondition(ac, node.condition);
  const then = ac.block(() => emitInto(ac, node.then, dest));
  const otherwise = ac.block(() => {
    if (node.else) emitInto(ac, node.else, dest);
    else store(ac, dest, 'null');
  });
  ac.write(`if (${condition}) {`);
  ac.lines.push(...then.lines);
  ac.write('} else {');
  ac.lines.push(...otherwise.lines);
  ac.write('}');
}

/** Natives that give a JavaScript boolean and never a Result. */
const BOOLEANS =
  /^::hot::(cmp\/(eq|ne|lt|lte|gt|gte|between)|bool\/(not|is-truthy)|type\/is-\w+|coll\/is-empty|str\/(contains|starts-with|ends-with|is-blank))$/;

/** A JavaScript condition: truthiness, not consumed. */
export function emitCondition(ac: Activation, node: Core): string {
  if (node.kind === 'const') {
    const { value } = node;
    return String(!(value.type === 'null' || (value.type === 'bool' && !value.value)));
  }
  if (node.kind === 'logic') {
    const parts = node.operands.map((operand) => ac.block(() => emitCondition(ac, operand)));
    ac.lines.push(...(parts[0]?.lines ?? []));
    if (parts.every((p, i) => i === 0 || p.lines.length === 0)) {
      return `(${parts.map((p) => p.value).join(node.op === 'and' ? ' && ' : ' || ')})`;
    }
    const held = ac.temp();
    emitLogicStatements(ac, parts, held, node.op === 'and' ? held : `!${held}`);
    return held;
  }
  const value = emit(ac, node);
  if (node.kind === 'call' && node.callee.kind === 'native') {
    const { name } = node.callee.native;
    if (BOOLEANS.test(name) && ac.cx.natives.get(name)?.plain) return value;
  }
  return `truthy(${value})`;
}

/** Each operand is emitted once: a second time would double with every nesting and declare its functions twice. */
function emitLogic(ac: Activation, node: Extract<Core, { kind: 'logic' }>): string {
  const name = ac.temp();
  const parts = node.operands.map((operand) => ac.block(() => emit(ac, operand)));
  const [first] = parts;
  if (!first) return 'null';
  ac.lines.push(...first.lines);
  if (parts.every((p, i) => i === 0 || p.lines.length === 0)) {
    const test = node.op === 'and' ? `!truthy(${name})` : `truthy(${name})`;
    const tests = parts.slice(0, -1).map((p) => `(${name} = ${p.value}, ${test}) ? ${name} : `);
    return `(${tests.join('')}${parts[parts.length - 1]?.value ?? 'null'})`;
  }
  emitLogicStatements(ac, parts, name, node.op === 'and' ? `truthy(${name})` : `!truthy(${name})`);
  return name;
}

interface Part {
  readonly lines: readonly string[];
  readonly value: string;
}

/** `goOn`: the test of `name` under which the next operand is evaluated. The first one's lines are written. */
function emitLogicStatements(ac: Activation, parts: readonly Part[], name: string, goOn: string): void {
  parts.forEach((part, i) => {
    if (i > 0) ac.lines.push(`if (${goOn}) {`, ...part.lines);
    ac.write(`${name} = ${part.value};`);
  });
  ac.write('}'.repeat(parts.length - 1));
}

/** Values that are never a Result: nothing to consume. */
export function isPlain(ac: Activation, node: Core): boolean {
  switch (node.kind) {
    case 'const':
    case 'template':
    case 'vector':
    case 'lambda':
    case 'fn':
    case 'fn-ref':
    case 'native-ref':
    case 'type-ref':
    case 'namespace':
    case 'collect':
    case 'pipe':
    case 'raw':
      return true;
    case 'map':
      return node.entries.every((e) => e.kind === 'entry' && e.key !== '$type');
    case 'call':
      return node.callee.kind === 'native' && ac.cx.natives.get(node.callee.native.name)?.plain === true;
    case 'block': {
      const last = node.statements[node.statements.length - 1];
      return last?.kind === 'eval' && isPlain(ac, last.value);
    }
    case 'if':
      return isPlain(ac, node.then) && (node.else === null || isPlain(ac, node.else));
    default:
      return false;
  }
}

function emitTemplate(ac: Activation, node: Extract<Core, { kind: 'template' }>): string {
  const site = ac.cx.place(ac.file, node);
  // One part after the other is evaluated and becomes text: an Err halts ahead of what stands behind it.
  const parts = ac.spill(
    node.parts.map(
      (p) => (): string =>
        typeof p === 'string'
          ? js(p)
          : converting(ac, ac.cx.susp.arrows.toText, 'str', `d, ${site}, ${emit(ac, p)}`),
    ),
  );
  if (parts.length === 0) return '""';
  return parts.length === 1 ? (parts[0] ?? '""') : `(${parts.join(' + ')})`;
}

function emitVector(ac: Activation, node: Extract<Core, { kind: 'vector' }>): string {
  const spreads = node.elements.some((e) => e.spread);
  const site = spreads ? ac.cx.place(ac.file, node) : 0;
  const parts = ac.spill(node.elements.map((e) => (): string => emit(ac, e.value)));
  return `[${parts.map((p, i) => (node.elements[i]?.spread ? `...spread(${site}, ${p})` : p)).join(', ')}]`;
}

function emitMap(ac: Activation, node: Extract<Core, { kind: 'map' }>): string {
  const { entries } = node;
  if (entries.length === 0) return 'EMPTY';
  const keys = entries.map((e) => (e.kind === 'entry' ? e.key : null));
  const simple = keys.every((k) => k !== null && k !== '$type') && new Set(keys).size === keys.length;
  const parts = ac.spill(entries.map((e) => (): string => emit(ac, e.value)));
  if (simple) {
    const names = ac.cx.constant('k', `keys(${js(keys)})`);
    return `new HotMap(${names}, [${parts.join(', ')}], ${parts.length})`;
  }
  const site = ac.cx.place(ac.file, node);
  const list = parts.map((p, i) => {
    const key = keys[i];
    return key === null || key === undefined ? `null, ${p}` : `${js(key)}, ${p}`;
  });
  return `mapOf(${site}, [${list.join(', ')}])`;
}

export function emitSteps(ac: Activation, steps: readonly CoreStep[]): (() => string)[] {
  return steps.flatMap((s) => (s.kind === 'dynamic' ? [(): string => emit(ac, s.value)] : []));
}

function emitPath(ac: Activation, node: Extract<Core, { kind: 'path' }>): string {
  const site = ac.cx.place(ac.file, node);
  const [base, ...keys] = ac.spill([(): string => emit(ac, node.base), ...emitSteps(ac, node.steps)]);
  let out = base ?? 'null';
  let at = 0;
  for (const step of node.steps) {
    switch (step.kind) {
      case 'name':
      case 'key':
        out = `prop(${site}, ${out}, ${js(step.kind === 'name' ? step.name : step.key)}, ${ac.cx.slot()})`;
        break;
      case 'index':
        out = `at(${site}, ${out}, ${step.index})`;
        break;
      case 'dynamic':
        out = `dynamicAt(${site}, ${out}, ${keys[at++] ?? 'null'})`;
        break;
      case 'append':
        break;
    }
  }
  return out;
}

function emitForce(ac: Activation, node: Extract<Core, { kind: 'force' }>): string {
  const value = emit(ac, node.value);
  if (ac.mode === 's' || isNone(ac.cx.susp.facts(node.value).call)) return `force(fb, d, ${value})`;
  const held = ac.stable(value);
  return `(waits(${held}) ? resume(fb, await forceAsync(fb, d, ${held})) : force(fb, d, ${held}))`;
}

function emitDefinition(ac: Activation, node: Extract<Core, { kind: 'definition' }>): string {
  const place = ac.cx.program.files[node.file]?.placeAt(node.at.start);
  const index =
    ac.cx.definitions.push({
      name: node.name,
      fullName: node.fullName,
      meta: node.meta === null ? null : metaJson(node.meta),
      file: node.file,
      line: place?.line ?? 0,
      column: place?.column ?? 0,
      position: place?.position ?? 0,
    }) - 1;
  // A parameter may hold the full name of the definition meant.
  const value = node.fullName === null && node.meta === null ? emit(ac, node.value) : 'null';
  return `definition(${index}, ${value})`;
}

// The only cycle among these files that is needed at call time only.
import { converting, emitTail } from './calls';
