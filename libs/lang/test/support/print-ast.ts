import type {
  Body,
  CondArm,
  Expr,
  MatchArm,
  Meta,
  Overload,
  PathStep,
  Statement,
  TypeExpr,
} from '../../src/syntax/ast';

/** The tree as a compact, fully bracketed text: tables of tests compare these. */
export function show(expr: Expr): string {
  switch (expr.kind) {
    case 'null':
      return 'null';
    case 'bool':
      return String(expr.value);
    case 'int':
      return String(expr.value);
    case 'dec':
      return `${expr.coefficient}e-${expr.scale}`;
    case 'str':
      return JSON.stringify(expr.value);
    case 'template':
      return `(template${expr.parts.map((part) => ` ${show(part)}`).join('')})`;
    case 'vector':
      return `[${expr.elements.map((one) => (one.spread ? '...' : '') + show(one.value)).join(' ')}]`;
    case 'map': {
      const entries = expr.entries.map((entry) =>
        entry.kind === 'spread'
          ? `...${show(entry.value)}`
          : entry.pun
            ? `${entry.key.text}!`
            : `${entry.key.text}: ${show(entry.value)}`,
      );
      return `{${entries.join(', ')}}`;
    }
    case 'block':
      return `(block${list(expr.statements)})`;
    case 'name':
      return expr.name;
    case 'qualified':
      return `::${expr.path.join('::')}${expr.name === null ? '' : `/${expr.name}`}`;
    case 'path':
      return show(expr.base) + showSteps(expr.steps);
    case 'call': {
      const args = expr.args.map(
        (arg) => ` ${arg.lazy ? 'lazy ' : ''}${arg.spread ? '...' : ''}${show(arg.value)}`,
      );
      return `(${show(expr.callee)}${args.join('')})`;
    }
    case 'do':
      return `(do ${show(expr.value)})`;
    case 'raw':
      return `(raw ${show(expr.value)})`;
    case 'placeholder':
      return `%${expr.index}`;
    case 'explicit-lambda':
      return `%(${show(expr.body)})`;
    case 'lambda':
      return `(lambda ${showOverload(expr.overload)})`;
    case 'fn':
      return `(fn ${expr.overloads.map(showOverload).join(' , ')})`;
    case 'type-def': {
      const fields = expr.fields.map((field) => `${field.name.text}: ${showType(field.type)}`).join(', ');
      const parts = [
        expr.form,
        expr.open ? 'open' : '',
        fields ? `{${fields}}` : '',
        expr.alias ? showType(expr.alias) : '',
        expr.constructors ? show(expr.constructors) : '',
      ];
      return `(type ${parts.filter((part) => part !== '').join(' ')})`;
    }
    case 'enum-def': {
      const variants = expr.variants.map(
        ({ name, payload }) => name.text + (payload ? `(${payload.text})` : ''),
      );
      return `(enum ${expr.open ? 'open ' : ''}${variants.join(' ')})`;
    }
    case 'serial':
    case 'parallel':
      return `(${expr.kind}${list(expr.statements)})`;
    case 'cond':
      return `(cond${expr.all ? '-all' : ''}${expr.arms.map(showCondArm).join('')})`;
    case 'match':
      return `(match${expr.all ? '-all' : ''} ${show(expr.subject)}${expr.arms.map(showMatchArm).join('')})`;
    case 'pipe':
      return `(pipe ${[expr.initial, ...expr.stages].map(show).join(' ')})`;
    case 'error':
      return '<error>';
  }
}

function list(statements: readonly Statement[]): string {
  return statements.map((statement) => ` ${showStatement(statement)}`).join('');
}

export function showStatement(node: Statement): string {
  switch (node.kind) {
    case 'ns-decl':
      return `(ns ::${node.path.segments.join('::')}${showMeta(node.meta)})`;
    case 'alias':
      return `(alias ::${node.alias.segments.join('::')} ::${node.target.segments.join('::')})`;
    case 'arrow': {
      const path = node.target.path ? `::${node.target.path.join('::')}/` : '';
      const target =
        path + node.target.name + (node.target.variant === null ? '' : `.${node.target.variant}`);
      const fn = node.fn ? ` ${show(node.fn)}` : '';
      return `(arrow ${node.source.text} ${target}${showMeta(node.meta)}${fn})`;
    }
    case 'binding': {
      const type = node.type ? `: ${showType(node.type)}` : '';
      return `(${node.name.text}${showMeta(node.meta)}${type} = ${show(node.value)})`;
    }
    case 'deep-assign':
      return `(${node.root.text}${showSteps(node.steps)}${showMeta(node.meta)} := ${show(node.value)})`;
    case 'expr-statement':
      return show(node.value);
  }
}

function showMeta(meta: readonly Meta[]): string {
  return meta.map((clause) => ` meta ${show(clause.value)}`).join('');
}

function showSteps(steps: readonly PathStep[]): string {
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
          return `[${show(step.value)}]`;
        case 'append':
          return '[]';
      }
    })
    .join('');
}

function showOverload(node: Overload): string {
  const params = node.params.map(
    (param) =>
      (param.lazy ? 'lazy ' : '') +
      (param.rest ? '...' : '') +
      param.name.text +
      (param.type ? `: ${showType(param.type)}` : ''),
  );
  const returns = node.returns ? `: ${showType(node.returns)}` : '';
  return `${node.flow ? `${node.flow} ` : ''}(${params.join(', ')})${returns}${showBody(node.body)}`;
}

function showBody(body: Body): string {
  switch (body.kind) {
    case 'statements':
      return ` {${list(body.statements)} }`;
    case 'cond-arms':
      return ` {${body.arms.map(showCondArm).join('')} }`;
    case 'match-arms':
      return ` {${body.arms.map(showMatchArm).join('')} }`;
    case 'value':
      return ` ${show(body.value)}`;
  }
}

function showCondArm(arm: CondArm): string {
  const label = arm.label ? `${arm.label.text}@` : '';
  return ` <${arm.condition ? show(arm.condition) : '_'} => ${label}${arm.body ? show(arm.body) : 'same'}>`;
}

function showMatchArm(arm: MatchArm): string {
  const atoms = arm.pattern?.atoms.map((atom) => {
    if (atom.kind !== 'type') return show(atom.value);
    const path = atom.path ? `::${atom.path.join('::')}/` : '';
    return path + atom.name + (atom.variant === null ? '' : `.${atom.variant}`);
  });
  const pattern = atoms ? atoms.join('|') + (arm.pattern?.nullable ? '?' : '') : '_';
  return ` <${pattern}${arm.binding ? `(${arm.binding.text})` : ''} => ${show(arm.body)}>`;
}

export function showType(type: TypeExpr): string {
  switch (type.kind) {
    case 'type-name': {
      const path = type.path ? `::${type.path.join('::')}/` : '';
      return path + type.name + (type.variant === null ? '' : `.${type.variant}`);
    }
    case 'type-literal':
      return show(type.value);
    case 'type-union':
      return `(${type.members.map(showType).join(' | ')})`;
    case 'type-optional':
      return `${showType(type.inner)}?`;
    case 'type-generic':
      return `${showType(type.base)}<${type.args.map(showType).join(', ')}>`;
    case 'type-error':
      return '<error>';
  }
}
