/** Every function and type of the library, with every number of arguments, is used by a test of `suite/hot/test/std`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NATIVE_SIGNATURES } from '../../src';
import type { Core } from '../../src/analyse/core';
import type { FunctionDef, Program, TypeRef } from '../../src/analyse/program';
import { forEachCore } from '../../src/analyse/visit-core';
import { check } from '../../src/compile-project';

const FOLDER = join(__dirname, '..', '..', 'suite', 'hot', 'test', 'std');

/** What constructors of the library are made of; programs use these. */
const BEHIND = /^::hot::internal::(uuid|time|type|uri|store)\//;

describe('the tests in Hot', () => {
  const sources = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.hot'))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8'), origin: 'test' }) as const);
  const program = check(sources);

  it('are programs', () => {
    expect(program.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(program.tests.length).toBeGreaterThan(900);
  });

  it('use every function of the library with every number of its arguments, and every type', () => {
    const { mentioned, called } = uses(program);
    const missing = declared(program).flatMap(({ name, counts }) => {
      if (!mentioned.has(name)) return [name];
      if (counts.length < 2) return [];
      return counts.filter((n) => !called.has(`${name} ${n}`)).map((n) => `${name} with ${n}`);
    });
    expect(missing).toEqual([]);
  });
});

interface Declared {
  readonly name: string;
  readonly counts: readonly number[];
}

function declared(program: Program): readonly Declared[] {
  const natives = NATIVE_SIGNATURES.filter(({ name }) => !BEHIND.test(name)).map(({ name, overloads }) => ({
    name,
    counts: overloads.map(({ params }) => params.filter(({ variadic }) => !variadic).length),
  }));
  const ofLibrary = (file: number): boolean => program.origins[file] === 'std';
  const functions = program.functions
    .filter(({ file, origin }) => ofLibrary(file) && origin === 'top')
    .map((fn) => ({ name: fn.fullName, counts: countsOf(fn) }));
  const types = program.types
    .filter(({ file, kind }) => ofLibrary(file) && kind !== 'alias')
    .map((type) => ({ name: type.fullName, counts: type.constructors ? countsOf(type.constructors) : [] }));
  return [...natives, ...functions, ...types].map(({ name, counts }) => ({
    name,
    counts: [...new Set(counts)],
  }));
}

const countsOf = (fn: FunctionDef): readonly number[] => fn.overloads.map(({ fixed }) => fixed);

/** What the tests mention, and with how many arguments they call it; the library's own Hot code does not count. */
function uses(program: Program): { mentioned: ReadonlySet<string>; called: ReadonlySet<string> } {
  const mentioned = new Set<string>();
  const called = new Set<string>();
  const call = (name: string | null, count: number): void => {
    if (name === null) return;
    mentioned.add(name);
    called.add(`${name} ${count}`);
  };
  const look = (node: Core): void => {
    if (node.kind === 'native-ref') mentioned.add(node.native.name);
    else if (node.kind === 'fn-ref') mentioned.add(node.fn.fullName);
    else if (node.kind === 'type-ref') mentioned.add(typeName(node.type) ?? '');
    else if (node.kind === 'variant-ref') mentioned.add(node.enum.fullName);
    // The language's own forms of these.
    else if (node.kind === 'if') call('::hot::bool/if', node.else === null ? 2 : 3);
    else if (node.kind === 'logic') call(`::hot::bool/${node.op}`, 1);
    else if (node.kind === 'call') call(calleeName(node.callee), node.args.length);
    forEachCore(node, look);
  };
  for (const fn of program.functions) {
    if (program.origins[fn.file] !== 'test') continue;
    for (const overload of fn.overloads) look(overload.body);
  }
  for (const step of program.init) if (program.origins[step.file] === 'test') look(step.value);
  return { mentioned, called };
}

function calleeName(callee: Extract<Core, { kind: 'call' }>['callee']): string | null {
  if (callee.kind === 'native') return callee.native.name;
  if (callee.kind === 'fn') return callee.fn.fullName;
  if (callee.kind === 'variant') return callee.enum.fullName;
  return callee.kind === 'type' ? typeName(callee.type) : null;
}

function typeName(type: TypeRef): string | null {
  if (type.kind === 'builtin') return `::hot::type/${type.name}`;
  if (type.kind === 'variant') return type.enum.fullName;
  return type.kind === 'named' ? type.type.fullName : null;
}
