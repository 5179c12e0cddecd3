import type { Callee, Core, CoreArg, CoreAtom, CoreStatement, CoreStep, Local } from '../../src/analyse/core';
import type { FunctionDef, MetaValue, Program, TypeRef } from '../../src/analyse/program';

/** Core as bracketed text. A local shows its name, with `'n` for the n-th variable of that name. */
export function coreOf(program: Program, fullName: string): string {
  const fn = program.functions.find((one) => one.fullName === fullName);
  if (!fn) throw new Error(`no function ${fullName}`);
  const printer = new CorePrinter();
  return fn.overloads.map((overload) => printer.core(overload.body)).join(' , ');
}

export class CorePrinter {
  private readonly names = new Map<Local, string>();
  private readonly counts = new Map<string, number>();

  private local(local: Local): string {
    let name = this.names.get(local);
    if (name === undefined) {
      const count = (this.counts.get(local.name) ?? 0) + 1;
      this.counts.set(local.name, count);
      name = count === 1 ? local.name : `${local.name}'${count}`;
      this.names.set(local, name);
    }
    return name;
  }

  core(node: Core): string {
    switch (node.kind) {
      case 'const':
        return constText(node.value);
      case 'local':
        return this.local(node.local) + (node.maybeUnset ? '^' : '');
      case 'cell':
        return `@${node.cell.fullName}`;
      case 'fn-ref':
        return `&${node.fn.fullName}`;
      case 'native-ref':
        return `&${node.native.name}`;
      case 'type-ref':
        return `type:${typeRefText(node.type)}`;
      case 'variant-ref':
        return `variant:${node.enum.name}.${node.variant}`;
      case 'namespace':
        return `ns:${node.name}`;
      case 'definition':
        return `(definition ${node.fullName ?? node.name} ${metaText(node.meta)})`;
      case 'template':
        return `(template ${node.parts.map((part) => (typeof part === 'string' ? JSON.stringify(part) : this.core(part))).join(' ')})`;
      case 'vector':
        return `[${node.elements.map((one) => (one.spread ? '...' : '') + this.core(one.value)).join(' ')}]`;
      case 'map':
        return `{${node.entries.map((one) => (one.kind === 'spread' ? `...${this.core(one.value)}` : `${one.key}: ${this.core(one.value)}`)).join(', ')}}`;
      case 'path':
        return this.core(node.base) + this.steps(node.steps);
      case 'call': {
        const tail = node.tail === 'none' ? '' : `!${node.tail}`;
        return `(${this.callee(node.callee)}${tail}${node.args.map((arg) => ` ${this.arg(arg)}`).join('')})`;
      }
      case 'if': {
        const otherwise = node.else ? ` ${this.core(node.else)}` : '';
        return `(if ${this.core(node.condition)} ${this.core(node.then)}${otherwise})`;
      }
      case 'logic':
        return `(${node.op}${node.operands.map((one) => ` ${this.core(one)}`).join('')})`;
      case 'force':
        return `(force ${this.core(node.value)})`;
      case 'raw':
        return `(raw ${this.core(node.value)})`;
      case 'halt':
        return `(halt ${JSON.stringify(node.message)})`;
      case 'cond': {
        const arms = node.arms.map(
          (arm) =>
            ` <${arm.condition ? this.core(arm.condition) : '_'} => ${arm.key}@${this.core(arm.body)}>`,
        );
        return `(cond${node.all ? '-all' : ''}:${node.shape}${arms.join('')})`;
      }
      case 'match': {
        const head = `(match${node.all ? '-all' : ''}:${node.shape}${node.resultAware ? ':result' : ''} ${this.core(node.subject)}`;
        const arms = node.arms.map((arm) => {
          const pattern = arm.pattern ? arm.pattern.map((atom) => this.atom(atom)).join('|') : '_';
          const binds = arm.binds.map((one) => this.local(one)).join(',');
          return ` <${pattern}${arm.payload ? '!' : ''}${binds ? `(${binds})` : ''} => ${this.core(arm.body)}>`;
        });
        return `${head}${arms.join('')})`;
      }
      case 'block':
        return `(block${node.statements.map((one) => ` ${this.statement(one)}`).join('')})`;
      case 'collect': {
        const parts = node.statements.map((one) => ` ${one.key === null ? '' : '+'}${this.statement(one)}`);
        return `(collect:${node.shape}${parts.join('')})`;
      }
      case 'parallel': {
        const parts = node.statements.map(
          (one) => ` ${one.level}:${one.local ? `${this.local(one.local)} = ` : ''}${this.core(one.value)}`,
        );
        return `(parallel:${node.shape}${parts.join('')} ${JSON.stringify(node.levels)})`;
      }
      case 'pipe':
        return `(pipe:${node.shape}${node.stages.map((one) => ` ${this.local(one.local)} = ${this.core(one.value)}`).join('')})`;
      case 'lambda': {
        const captures = node.captures.map((one) => this.local(one)).join(',');
        const params = node.params.map((one) => this.local(one)).join(',');
        return `(lambda (${params})${captures ? ` |${captures}|` : ''} ${this.core(node.body)})`;
      }
      case 'fn':
        return this.fn(node.fn, node.captures);
    }
  }

  private fn(fn: FunctionDef, captures: readonly Local[]): string {
    const bodies = fn.overloads.map((one) => {
      const params = one.params.map(
        (param) =>
          `${param.lazy ? 'lazy ' : ''}${param.raw ? 'raw ' : ''}${param.rest ? '...' : ''}${this.local(param.local)}`,
      );
      return `(${params.join(',')}) ${this.core(one.body)}`;
    });
    const list = captures.map((one) => this.local(one)).join(',');
    return `(fn${list ? ` |${list}|` : ''} ${bodies.join(' , ')})`;
  }

  private statement(node: CoreStatement): string {
    switch (node.kind) {
      case 'let': {
        // The value comes first: a rebound name counts its variables in order of use.
        const value = this.core(node.value);
        return `${this.local(node.local)} = ${value};`;
      }
      case 'eval':
        return this.core(node.value);
      case 'assign': {
        const root = node.root ? this.core(node.root) : 'missing';
        const value = this.core(node.value);
        return `${this.local(node.local)} = ${root}${this.steps(node.steps)} := ${value};`;
      }
      case 'local-type':
        return `(local-type ${node.type.name}${node.constructors ? ` ${this.core(node.constructors.value)}` : ''})`;
    }
  }

  private steps(steps: readonly CoreStep[]): string {
    return steps
      .map((step) => {
        switch (step.kind) {
          case 'name':
            return `.${step.name}`;
          case 'index':
            return `[${step.index}]`;
          case 'key':
            return `[${JSON.stringify(step.key)}]`;
          case 'dynamic':
            return `[${this.core(step.value)}]`;
          case 'append':
            return '[]';
        }
      })
      .join('');
  }

  private callee(callee: Callee): string {
    switch (callee.kind) {
      case 'fn':
        return `${callee.fn.fullName}#${callee.candidates.join(',')}`;
      case 'local-fn':
        return `${this.local(callee.local)}${callee.maybeUnset ? '^' : ''}#${callee.candidates.join(',')}`;
      case 'native':
        return callee.native.name.replace(/^::hot::\w+\//, '');
      case 'type':
        return `new:${typeRefText(callee.type)}`;
      case 'variant':
        return `new:${callee.enum.name}.${callee.variant}`;
      case 'dynamic':
        return `call ${this.core(callee.value)}`;
    }
  }

  private arg(arg: CoreArg): string {
    switch (arg.mode) {
      case 'value':
        return this.core(arg.value);
      case 'spread':
        return `...${this.core(arg.value)}`;
      case 'thunk':
        return `~${this.core(arg.thunk.body)}`;
      case 'pass-thunk':
        return `~~${this.core(arg.value)}`;
    }
  }

  private atom(atom: CoreAtom): string {
    switch (atom.kind) {
      case 'any':
        return 'any';
      case 'literal':
        return constText(atom.value);
      case 'data':
        return this.core(atom.value);
      case 'type':
        return typeRefText(atom.type);
      case 'variant':
        return `${atom.enum.name}.${atom.variant}`;
    }
  }
}

type Const = Extract<Core, { kind: 'const' }>['value'];

function constText(value: Const): string {
  switch (value.type) {
    case 'null':
      return 'null';
    case 'str':
      return JSON.stringify(value.value);
    case 'dec':
      return `${value.coefficient}e-${value.scale}`;
    default:
      return String(value.value);
  }
}

export function typeRefText(type: TypeRef): string {
  switch (type.kind) {
    case 'builtin':
      return type.name;
    case 'named':
      return type.type.fullName;
    case 'variant':
      return `${type.enum.fullName}.${type.variant}`;
    case 'literal':
      return constText(type.value);
    case 'union':
      return `(${type.members.map(typeRefText).join('|')})`;
    case 'generic':
      return `${typeRefText(type.base)}<${type.args.map(typeRefText).join(',')}>`;
    case 'unknown':
      return `?${type.text}`;
  }
}

export function metaText(meta: MetaValue | null): string {
  if (meta === null) return '-';
  switch (meta.type) {
    case 'vec':
      return `[${meta.items.map(metaText).join(' ')}]`;
    case 'map':
      return `{${meta.entries.map(([key, value]) => `${key}: ${metaText(value)}`).join(', ')}}`;
    case 'ref':
      return `&${meta.fullName ?? `?${meta.text}`}`;
    default:
      return constText(meta);
  }
}
