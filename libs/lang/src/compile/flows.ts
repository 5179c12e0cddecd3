/** `if`, `cond`, `match`, `parallel`, collecting pipes. */
import type { Core, CoreAtom, CoreMatchArm, CoreParallelStatement } from '../analyse/core';
import { Activation, isStable, localName, type Dest } from './activation';
import { emit, emitCondition, emitConst, emitInto, js, store } from './expr';
import { emitFnValue } from './functions';
import { isNone } from './suspension';

export function emitIf(ac: Activation, node: Extract<Core, { kind: 'if' }>): string {
  const condition = emitCondition(ac, node.condition);
  const then = ac.block(() => emit(ac, node.then));
  const otherwise = ac.block(() => (node.else ? emit(ac, node.else) : 'null'));
  if (then.lines.length === 0 && otherwise.lines.length === 0) {
    return `(${condition} ? ${then.value} : ${otherwise.value})`;
  }
  const name = ac.temp();
  ac.write(`if (${condition}) {`);
  ac.lines.push(...then.lines, `${name} = ${then.value};`, '} else {');
  ac.lines.push(...otherwise.lines, `${name} = ${otherwise.value};`, '}');
  return name;
}

/** Opens a flow of the trace; gives the variable that holds it. */
function openFlow(ac: Activation, kind: string, at: Core): string {
  if (ac.untraced) return 'null';
  const name = ac.temp();
  const { site, flow } = ac.flowOf(at, kind);
  ac.hasFlows = true;
  ac.write(`${name} = ${ac.flowing} === null ? null : flow(fb, ${site}, ${flow});`);
  return name;
}

function closeFlow(ac: Activation, name: string, branch: string | null, value: string): void {
  if (name !== 'null') ac.write(`if (${name} !== null) flowEnd(fb, ${name}, ${js(branch)}, ${value});`);
}

/** Where the value stands after `emitInto`, for the trace. */
function valueOf(dest: Dest): string {
  return dest.kind === 'var' ? dest.name : 'null';
}

/** The body of one arm, its flow closed behind it. */
function emitArm(ac: Activation, body: Core, dest: Dest, flow: string, branch: string): string[] {
  return ac.block(() => {
    ac.flows.push({ name: flow, branch });
    emitInto(ac, body, dest);
    ac.flows.pop();
    closeFlow(ac, flow, branch, valueOf(dest));
  }).lines;
}

export function emitCond(ac: Activation, node: Extract<Core, { kind: 'cond' }>, dest: Dest): void {
  const flow = openFlow(ac, node.all ? 'cond-all' : 'cond', node);
  if (node.all) {
    emitAll(ac, node.shape, flow, dest, (add) => {
      for (const arm of node.arms) {
        const condition = arm.condition ? emitCondition(ac, arm.condition) : 'true';
        ac.write(`if (${condition}) {`);
        ac.lines.push(...ac.block(() => add(arm.key, emit(ac, arm.body))).lines, '}');
      }
    });
    return;
  }
  if (node.shape !== 'one') {
    emitFirstCollected(ac, node, flow, dest);
    return;
  }
  let depth = 0;
  let open = false;
  let closed = false;
  for (const arm of node.arms) {
    if (arm.condition === null) {
      if (!open) {
        ac.lines.push(...emitArm(ac, arm.body, dest, flow, arm.key));
      } else {
        ac.write('} else {');
        ac.lines.push(...emitArm(ac, arm.body, dest, flow, arm.key));
      }
      closed = true;
      break;
    }
    const { condition } = arm;
    const test = ac.block(() => emitCondition(ac, condition));
    if (test.lines.length > 0 && open) {
      ac.write('} else {');
      depth++;
      open = false;
    }
    ac.lines.push(...test.lines);
    ac.write(`${open ? '} else if' : 'if'} (${test.value}) {`);
    ac.lines.push(...emitArm(ac, arm.body, dest, flow, arm.key));
    open = true;
  }
  const nothing = (): void => {
    store(ac, dest, 'null');
    closeFlow(ac, flow, null, 'null');
  };
  if (!closed) {
    if (open) ac.write('} else {');
    nothing();
  }
  if (open) ac.write('}');
  for (; depth > 0; depth--) ac.write('}');
}

/** `cond` with All<…>: the one arm in a Map or Vec. */
function emitFirstCollected(
  ac: Activation,
  node: Extract<Core, { kind: 'cond' }>,
  flow: string,
  dest: Dest,
): void {
  const found = ac.temp();
  const value = ac.temp();
  ac.write(`${found} = null;`);
  const arms = (index: number): void => {
    const arm = node.arms[index];
    if (!arm) return;
    const condition = arm.condition ? emitCondition(ac, arm.condition) : 'true';
    ac.write(`if (${condition}) {`);
    ac.lines.push(
      ...ac.block(() => ac.write(`${value} = ${emit(ac, arm.body)}; ${found} = ${js(arm.key)};`)).lines,
    );
    if (index + 1 < node.arms.length) {
      ac.write('} else {');
      ac.lines.push(...ac.block(() => arms(index + 1)).lines);
    }
    ac.write('}');
  };
  arms(0);
  store(ac, dest, collectedOne(node.shape, found, value));
  ac.write(`if (${flow} !== null) flowEnd(fb, ${flow}, ${found}, ${valueOf(dest)});`);
}

function collectedOne(shape: 'one' | 'map' | 'vec', key: string, value: string): string {
  if (shape === 'vec') return `(${key} === null ? [] : [${value}])`;
  return `(${key} === null ? EMPTY : pairs([${key}], [${value}]))`;
}

/** Gathers what arms give; `body` is handed the function that adds. */
function emitAll(
  ac: Activation,
  shape: 'one' | 'map' | 'vec',
  flow: string,
  dest: Dest,
  body: (add: (key: string, value: string) => void) => void,
): void {
  const keys = ac.temp();
  const values = ac.temp();
  ac.write(`${keys} = []; ${values} = [];`);
  body((key, value) => {
    const held = ac.stable(value);
    ac.write(`${keys}.push(${js(key)}); ${values}.push(${held});`);
  });
  store(ac, dest, gathered(shape, keys, values));
  closeFlow(ac, flow, null, valueOf(dest));
}

function gathered(shape: 'one' | 'map' | 'vec', keys: string, values: string): string {
  if (shape === 'vec') return values;
  return shape === 'map' ? `pairs(${keys}, ${values})` : `lastOf(${values})`;
}

// ---- match ----------------------------------------------------------------------------------------------------

export function emitMatch(ac: Activation, node: Extract<Core, { kind: 'match' }>, dest: Dest): void {
  const flow = openFlow(ac, node.all ? 'match-all' : 'match', node);
  const name = localName(node.subjectLocal);
  const value = emit(ac, node.subject);
  if (value !== name) ac.write(`${name} = ${value};`);
  let subject = name;
  if (node.resultAware) {
    subject = ac.temp();
    ac.write(`${subject} = asResult(${name});`);
  }
  const bind = (arm: CoreMatchArm): void => {
    for (const local of arm.binds) {
      ac.write(`${localName(local)} = ${arm.payload ? `${subject}.val` : name};`);
    }
  };
  if (node.all) {
    emitAll(ac, node.shape, flow, dest, (add) => {
      for (const arm of node.arms) {
        ac.write(`if (${emitPattern(ac, arm, name, subject)}) {`);
        ac.lines.push(
          ...ac.block(() => {
            bind(arm);
            add(arm.key, emit(ac, arm.body));
          }).lines,
          '}',
        );
      }
    });
    return;
  }
  const collecting = node.shape !== 'one';
  const found = collecting ? ac.temp() : '';
  const held = collecting ? ac.temp() : '';
  if (collecting) ac.write(`${found} = null;`);
  const inner: Dest = collecting ? { kind: 'var', name: held } : dest;
  // Arms stand beside each other: nested, a long list of them would need more stack than the engine has.
  const label = ac.cx.fresh('m');
  ac.write(`${label}: {`);
  let ended = false;
  for (const arm of node.arms) {
    const test = emitPattern(ac, arm, name, subject);
    const body = ac.block(() => {
      bind(arm);
      if (collecting) ac.write(`${found} = ${js(arm.key)};`);
      ac.lines.push(...emitArm(ac, arm.body, inner, flow, arm.key));
    });
    ended = arm.pattern === null;
    if (ended) {
      ac.lines.push(...body.lines);
      break;
    }
    ac.write(`if (${test}) {`);
    ac.lines.push(...body.lines, `break ${label};`, '}');
  }
  if (!ended && !collecting) {
    store(ac, dest, 'null');
    closeFlow(ac, flow, null, 'null');
  }
  ac.write('}');
  if (collecting) store(ac, dest, collectedOne(node.shape, found, held));
}

/** `wrapped`: the subject as a Result, for atoms that ask for one. */
function emitPattern(ac: Activation, arm: CoreMatchArm, name: string, wrapped: string): string {
  if (arm.pattern === null) return 'true';
  const tests = arm.pattern.map((atom) => emitAtom(ac, atom, asksForResult(atom) ? wrapped : name));
  return tests.length === 0 ? 'false' : tests.join(' || ');
}

const RESULT = '::hot::type/Result';

function asksForResult(atom: CoreAtom): boolean {
  if (atom.kind === 'variant') return atom.enum.fullName === RESULT;
  return atom.kind === 'type' && atom.type.kind === 'named' && atom.type.type.fullName === RESULT;
}

const BUILTIN_TESTS: Readonly<Record<string, (v: string) => string>> = {
  Any: () => 'true',
  Var: () => 'true',
  Null: (v) => `${v} === null`,
  Str: (v) => `typeof ${v} === "string"`,
  Bool: (v) => `typeof ${v} === "boolean"`,
  Int: (v) => `(typeof ${v} === "number" || typeof ${v} === "bigint")`,
};

function emitAtom(ac: Activation, atom: CoreAtom, v: string): string {
  switch (atom.kind) {
    case 'any':
      return 'true';
    case 'literal': {
      const literal = emitConst(ac, atom.value);
      return atom.value.type === 'dec' || atom.value.type === 'int'
        ? `same(${v}, ${literal})`
        : `${v} === ${literal}`;
    }
    case 'data':
      return `same(${v}, ${emit(ac, atom.value)})`;
    case 'type': {
      const builtin = atom.type.kind === 'builtin' ? BUILTIN_TESTS[atom.type.name] : undefined;
      return builtin ? builtin(v) : `matches(${v}, ${ac.cx.test(atom.type)})`;
    }
    case 'variant':
      return `isVariant(${v}, ${ac.cx.variant(atom.enum, atom.variant)})`;
  }
}

// ---- parallel and pipes -----------------------------------------------------------------------------------------

export function emitParallel(ac: Activation, node: Extract<Core, { kind: 'parallel' }>): string {
  const flow = openFlow(ac, 'parallel', node);
  const names = node.statements.map((s) => (s.local ? localName(s.local) : ac.temp()));
  for (const level of node.levels) {
    const items = level.flatMap((i) => {
      const statement = node.statements[i];
      const name = names[i];
      return statement && name !== undefined ? [{ statement, name }] : [];
    });
    const waiting = items.filter(({ statement }) => !isNone(ac.cx.susp.body(statement.value)));
    if (ac.mode === 'a' && waiting.length > 0 && items.length > 1) emitLevel(ac, items);
    else for (const item of items) emitGuarded(ac, item.statement, item.name);
  }
  const order = node.levels.flat().filter((i) => node.statements[i]?.local);
  const values = order.map((i) => names[i] ?? 'null');
  const keys = order.map((i) => node.statements[i]?.local?.name ?? '');
  const result = ac.temp();
  const list = `[${values.join(', ')}]`;
  ac.write(
    `${result} = ${node.shape === 'vec' ? list : node.shape === 'map' ? `pairs(${js(keys)}, ${list})` : (values[values.length - 1] ?? 'null')};`,
  );
  closeFlow(ac, flow, null, result);
  return result;
}

function emitGuarded(ac: Activation, statement: CoreParallelStatement, name: string): void {
  const label = statement.local ? js(statement.local.name) : 'null';
  ac.write('try {');
  ac.lines.push(...ac.block(() => assignValue(ac, statement, name)).lines);
  ac.write(`} catch (e) { throw parallelFailed(e, ${label}); }`);
}

function assignValue(ac: Activation, statement: CoreParallelStatement, name: string): void {
  if (statement.value.kind === 'fn' && statement.local) {
    ac.write(`${name} = ${emitFnValue(ac, statement.value.fn, statement.local)};`);
  } else {
    emitInto(ac, statement.value, { kind: 'var', name });
  }
}

/** All statements of a level are started, each on a fibre of its own, then awaited. */
function emitLevel(
  ac: Activation,
  items: readonly { readonly statement: CoreParallelStatement; readonly name: string }[],
): void {
  const parts = items.map(({ statement, name }) => {
    const inner = new Activation(ac.cx, 'a', ac.file, null, ac.fullName, ac.constructing, ac.traced);
    inner.hoisted = ac.hoisted;
    const { lines } = inner.block(() => assignValue(inner, statement, name));
    const temps = inner.temps.length === 0 ? '' : `let ${inner.temps.join(', ')};\n`;
    return `[${statement.local ? js(statement.local.name) : 'null'}, async (fb) => {\n${temps}${lines.join('\n')}\n}]`;
  });
  ac.write(`resume(fb, await parallel(fb, [${parts.join(', ')}]));`);
}

export function emitPipe(ac: Activation, node: Extract<Core, { kind: 'pipe' }>): string {
  const flow = openFlow(ac, 'pipe', node);
  const names = node.stages.map((stage) => {
    const name = localName(stage.local);
    emitInto(ac, stage.value, { kind: 'var', name });
    return name;
  });
  const list = `[${names.join(', ')}]`;
  const result = ac.temp();
  const keys = names.map((_, i) => `$pipe_${i}`);
  ac.write(`${result} = ${node.shape === 'vec' ? list : `pairs(${js(keys)}, ${list})`};`);
  closeFlow(ac, flow, null, result);
  return isStable(result) ? result : 'null';
}
