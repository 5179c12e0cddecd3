/**
 * Gradual checks over finished bodies. They report only what is certain; whatever has no static type is left
 * alone. Warnings are for the project's own files.
 */
import type { DiagnosticSink } from '../diagnostics/sink';
import type { Span } from '../source/span';
import { checkMatch } from './check-match';
import type { Core, CoreStatement } from './core';
import { argCore, forEachCore, forEachStep } from './visit-core';
import { metaFlag, metaGet } from './metadata';
import type { ArrowDef, FunctionDef, InitStep, SourceOrigin, TypeRef } from './program';
import { canFit, hasArrow, infer, structOf, typeName } from './static-types';
import type { TypeFacts } from './static-types';

export interface CheckInput {
  readonly sink: DiagnosticSink;
  readonly origins: readonly SourceOrigin[];
  readonly functions: readonly FunctionDef[];
  readonly init: readonly InitStep[];
  readonly arrows: readonly ArrowDef[];
  /** Annotations of top-level values, by cell id. */
  readonly cellTypes: ReadonlyMap<number, TypeRef>;
}

export function checkTypes(input: CheckInput): void {
  const facts: TypeFacts = { arrows: input.arrows, locals: new Map() };
  const known: TypeFacts = { ...facts, cells: typesOfCells(input, facts) };
  const arrowFns = new Set(input.arrows.map((arrow) => arrow.fn));
  for (const fn of input.functions) {
    if (input.origins[fn.file] === 'std') continue;
    // Bodies of local functions are walked with the function around them.
    if (fn.origin === 'local' || fn.origin === 'anonymous') continue;
    for (const overload of fn.overloads)
      new Walker(input, facts, known, overload.file, fn).body(overload.body);
    if (arrowFns.has(fn)) checkArrow(input, facts, fn);
  }
  for (const step of input.init) {
    if (input.origins[step.file] === 'std') continue;
    const walker = new Walker(input, facts, known, step.file, null);
    walker.topLevel(step.value);
    forEachStep(step.steps, (part) => walker.topLevel(part));
    const declared = step.kind === 'value' ? input.cellTypes.get(step.cell.id) : undefined;
    if (declared) walker.annotation(step.cell.name, declared, step.value, step);
  }
}

/** As annotated, else as far as the value says; nothing of those that are changed later. */
function typesOfCells(input: CheckInput, facts: TypeFacts): ReadonlyMap<number, TypeRef | null> {
  const types = new Map<number, TypeRef | null>();
  for (const { kind, cell, value } of input.init) {
    const type = kind === 'value' ? (input.cellTypes.get(cell.id) ?? infer(facts, value)) : null;
    types.set(cell.id, types.has(cell.id) ? null : type);
  }
  return types;
}

class Walker {
  private readonly warns: boolean;

  constructor(
    private readonly input: CheckInput,
    private readonly facts: TypeFacts,
    /** With the types of top-level values. */
    private readonly known: TypeFacts,
    private readonly file: number,
    private readonly within: FunctionDef | null,
  ) {
    const origin = input.origins[file];
    this.warns = origin === 'project' || origin === 'test' || origin === 'snippet';
  }

  body(node: Core): void {
    this.node(node, false);
  }

  /** Only here, outside of any body, are argument types checked. */
  topLevel(node: Core): void {
    this.node(node, true);
  }

  private node(node: Core, top: boolean): void {
    switch (node.kind) {
      case 'block':
      case 'collect':
        node.statements.forEach((statement) => this.statement(statement));
        break;
      case 'match':
        checkMatch(this.input.sink, this.file, node, infer(this.known, node.subject));
        break;
      case 'call':
        this.call(node, top);
        break;
      case 'path':
        this.path(node);
        break;
      case 'fn':
        for (const overload of node.fn.overloads) this.node(overload.body, false);
        break;
      default:
        break;
    }
    const inside = top && node.kind !== 'lambda' && node.kind !== 'fn';
    forEachCore(node, (part) => this.node(part, inside));
  }

  private statement(statement: CoreStatement): void {
    if (statement.kind !== 'let') return;
    const { local, value } = statement;
    if (local.declared) this.annotation(local.name, local.declared, value, statement);
    else this.facts.locals.set(local, infer(this.facts, value));
  }

  annotation(name: string, declared: TypeRef, value: Core, at: Span): void {
    if (!this.warns) return;
    const found = infer(this.facts, value);
    if (!found || canFit(this.facts, found, declared)) return;
    const message = `\`${name}\` is annotated \`${typeName(declared)}\` but its value is \`${typeName(found)}\``;
    this.input.sink.warn('annotation-mismatch', message, this.file, at);
  }

  private call(node: Extract<Core, { kind: 'call' }>, top: boolean): void {
    const { callee } = node;
    if (callee.kind === 'fn') {
      this.deprecated(callee.fn, node);
      if (top) this.argumentTypes(node, callee.fn, callee.candidates);
    }
    this.conversion(node);
  }

  private deprecated(fn: FunctionDef, at: Span): void {
    if (!this.warns || fn === this.within || !metaFlag(fn.meta, 'deprecated')) return;
    const note = metaGet(fn.meta, 'deprecated');
    const text = note?.type === 'str' ? `: ${note.value}` : '';
    this.input.sink.warn('deprecated-usage', `'${fn.name}' is deprecated${text}`, this.file, at);
  }

  /** Complains about the first argument that no overload of this arity can take. */
  private argumentTypes(
    node: Extract<Core, { kind: 'call' }>,
    fn: FunctionDef,
    candidates: readonly number[],
  ): void {
    const count = node.args.length;
    if (this.input.origins[fn.file] === 'std' || node.args.some((arg) => arg.mode === 'spread')) return;
    const overloads = candidates.flatMap((index) => fn.overloads[index] ?? []);
    if (overloads.some((one) => one.variadic || one.params.length !== count)) return;
    const types = node.args.map((arg) => infer(this.facts, argCore(arg)));
    const firstMisfits = overloads.map((overload) =>
      overload.params.findIndex((param, index) => {
        const type = types[index];
        return type && param.type ? !canFit(this.facts, type, param.type) : false;
      }),
    );
    if (firstMisfits.length === 0 || firstMisfits.includes(-1)) return;
    const index = Math.min(...firstMisfits);
    const found = types[index];
    const wanted = overloads.flatMap((overload) => overload.params[index]?.type ?? []).map(typeName);
    if (!found) return;
    const message =
      `Type mismatch in function '${fn.name}' argument ${index + 1}: ` +
      `expected ${[...new Set(wanted)].join(' or ')}, got ${typeName(found)}`;
    const arg = node.args[index];
    this.input.sink.error('type-mismatch', message, this.file, arg ? argCore(arg) : node);
  }

  /** `Int(x)`, `Dec(x)`, `Bool(x)` of a struct that has no arrow there. */
  private conversion(node: Extract<Core, { kind: 'call' }>): void {
    const { callee } = node;
    const name =
      callee.kind === 'native'
        ? callee.native.name.replace('::hot::type/', '')
        : callee.kind === 'type' && callee.type.kind === 'builtin'
          ? callee.type.name
          : '';
    if (name !== 'Int' && name !== 'Dec' && name !== 'Bool') return;
    const [arg] = node.args;
    if (!arg || arg.mode === 'spread' || node.args.length !== 1) return;
    const type = infer(this.facts, argCore(arg));
    const struct = type ? structOf(type) : null;
    if (!type || !struct || hasArrow(this.facts, type, { kind: 'builtin', name })) return;
    const message = `\`${struct.name}\` does not implement \`${name}\``;
    this.input.sink.error('missing-type-implementation', message, this.file, node);
  }

  private path(node: Extract<Core, { kind: 'path' }>): void {
    if (!this.warns) return;
    let type = infer(this.known, node.base);
    for (const step of node.steps) {
      const struct = type ? structOf(type) : null;
      if (!struct || step.kind !== 'name') return;
      const field = struct.fields.find((one) => one.name === step.name);
      if (!field) {
        const message = `\`${struct.name}\` does not have a known field \`${step.name}\``;
        this.input.sink.warn('unknown-field', message, this.file, node);
        return;
      }
      type = field.type;
    }
  }
}

/** The function of an arrow must take the source and give the target. */
function checkArrow(input: CheckInput, facts: TypeFacts, fn: FunctionDef): void {
  const arrow = input.arrows.find((one) => one.fn === fn);
  if (!arrow) return;
  const report = (message: string, at: Span): void =>
    input.sink.error('invalid-implementation', message, fn.file, at);
  for (const overload of fn.overloads) {
    const [param] = overload.params;
    if (param?.type && !canFit(facts, arrow.source, param.type)) {
      const types = `${typeName(param.type)} is not compatible with source type ${typeName(arrow.source)}`;
      report(`Implementation parameter type ${types}`, param.local.span);
    }
    const wanted = typeName(arrow.target);
    if (overload.returns && !canFit(facts, overload.returns, arrow.target)) {
      report(
        `Implementation declares return type ${typeName(overload.returns)}, but should return ${wanted}`,
        overload,
      );
      continue;
    }
    const given = infer(facts, lastValue(overload.body));
    if (given && !canFit(facts, given, arrow.target)) {
      report(`Implementation body returns ${typeName(given)}, but should return ${wanted}`, overload);
    }
  }
}

function lastValue(body: Core): Core {
  const last = body.kind === 'block' ? body.statements[body.statements.length - 1] : undefined;
  return last?.kind === 'eval' ? lastValue(last.value) : body;
}
