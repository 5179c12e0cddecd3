/**
 * Core → JavaScript. Everything is an expression except bodies, whose tail positions are statements so that self tail
 * calls become loops. Each call begins a line of its own: the line tells the call site when something halts there.
 * Generated code touches `rt`, its own variables and nothing else.
 */
import type {
  CallNode,
  ConstValue,
  Core,
  CoreArg,
  CoreAtom,
  CoreStatement,
  CoreStep,
  Frame,
  Local,
  MatchNode,
  Thunk,
} from '../analyse/core';
import type { MetaValue, OverloadDef, ParamDef, Program } from '../analyse/program';
import { TablesBuilder } from './tables-builder';
import type { Tables } from '../runtime/tables';

/** Natives whose common case is inline in the runtime object. */
const INLINE: Readonly<Record<string, string>> = {
  '::hot::math/add': 'add',
  '::hot::math/sub': 'sub',
  '::hot::math/mul': 'mul',
  '::hot::cmp/lt': 'lt',
  '::hot::cmp/gt': 'gt',
  '::hot::cmp/lte': 'lte',
  '::hot::cmp/gte': 'gte',
};

const HELPERS =
  'C,T,S,Dec,Th,fuel,deep,field,index,dyn,setPath,force,eq,call,pick,spread,tr,add,sub,mul,lt,gt,lte,gte,fnRef,closure,lambda,native,nativeRef,type,ns,construct,variant,unit,cell,map,asResult,payload,is,fits,kind,gather,arms,par,raw,halt,definition,unset';

/** What a body being emitted may jump to. */
interface Loop {
  readonly fn: number;
  readonly overload: number;
  readonly params: readonly string[];
  readonly defs: readonly ParamDef[];
}

export interface Emitted {
  readonly js: string;
  readonly tables: Tables;
}

export function emit(program: Program): Emitted {
  return new Emitter(program).emit();
}

class Emitter {
  private readonly tables: TablesBuilder;
  private readonly consts: string[] = [];
  private readonly natives = new Map<string, string>();
  private temps: string[] = [];
  private nextTemp = 0;

  constructor(private readonly program: Program) {
    this.tables = new TablesBuilder(program);
  }

  emit(): Emitted {
    const functions: string[] = [];
    const bodies: string[] = [];
    for (const fn of this.program.functions) {
      if (fn.origin === 'local' || fn.origin === 'anonymous') continue;
      const names = fn.overloads.map((overload) => {
        const name = `f${fn.id}_${overload.index}`;
        bodies.push(`function ${name}${this.overload(fn.id, overload)}`);
        return name;
      });
      functions.push(`${fn.id}:[${names.join(',')}]`);
    }
    const init = this.program.init.map((step) => {
      const value = this.scoped(step.frame, () => this.expr(step.value));
      const read = `cell(rc,${step.cell.id})`;
      const body =
        step.kind === 'assign'
          ? `{${value.declared}return setPath(${read}??undefined,${this.steps(step.steps)},${value.code})}`
          : `{${value.declared}return ${value.code}}`;
      return `{cell:${step.cell.id},pure:${step.pure && step.kind !== 'assign'},code:(rc)=>${body}}`;
    });
    const natives = [...this.natives].map(([name, variable]) => `${variable}=native(${text(name)})`);
    const head = [`const {${HELPERS}}=rt;`, ...(natives.length > 0 ? [`const ${natives.join(',')};`] : []), ...this.consts];
    const source = `(rt)=>{"use strict";\n${head.join('\n')}\n${bodies.join('\n')}\nreturn {functions:{${functions.join(',')}},init:[${init.join(',\n')}]};}`;
    const { js, lines } = placeSites(source);
    return { js, tables: this.tables.build(lines, this.program.cells.length) };
  }

  // ---- functions

  private overload(fnId: number, overload: OverloadDef): string {
    const params = overload.params.map((param) => local(param.local));
    const incoming = overload.loops ? params.map((name) => `${name}_`) : params;
    const loop: Loop | null = overload.loops
      ? { fn: fnId, overload: overload.index, params: incoming, defs: overload.params }
      : null;
    const body = this.scopedTail(overload.frame, overload.body, loop);
    const enter = 'if(++rc.d>rc.m)deep(rc);if(--rc.f<0)fuel(rc);';
    if (loop === null) return `(rc${list(params)}){${enter}${body}}`;
    const fresh = params.map((name, index) => `let ${name}=${incoming[index] ?? 'null'};`).join('');
    return `(rc${list(incoming)}){${enter}for(;;){if(--rc.f<0)fuel(rc);${fresh}${body}}}`;
  }

  private scopedTail(frame: Frame, body: Core, loop: Loop | null): string {
    const outer = this.temps;
    this.temps = [];
    const statements = this.tail(body, loop);
    const declared = declare([...frame.locals.map(local), ...this.temps]);
    this.temps = outer;
    return declared + statements;
  }

  private scoped(frame: Frame, make: () => string): { readonly declared: string; readonly code: string } {
    const outer = this.temps;
    this.temps = [];
    const code = make();
    const declared = declare([...frame.locals.map(local), ...this.temps]);
    this.temps = outer;
    return { declared, code };
  }

  private lambdaCode(params: readonly string[], frame: Frame, body: Core): string {
    return `(rc${list(params)})=>{if(++rc.d>rc.m)deep(rc);if(--rc.f<0)fuel(rc);${this.scopedTail(frame, body, null)}}`;
  }

  private thunk({ frame, body }: Thunk): string {
    const { declared, code } = this.scoped(frame, () => this.expr(body));
    return declared === '' ? `new Th((rc)=>(${code}))` : `new Th((rc)=>{${declared}return ${code}})`;
  }

  // ---- tail positions

  private tail(node: Core, loop: Loop | null): string {
    switch (node.kind) {
      case 'block': {
        const init = node.statements.slice(0, -1).map((statement) => `${this.statement(statement)};`);
        const last = node.statements.at(-1);
        if (last === undefined) return this.leave('null');
        return init.join('') + (last.kind === 'eval' ? this.tail(last.value, loop) : this.leave(this.statement(last)));
      }
      case 'if':
        return `if(T(${this.expr(node.condition)})){${this.tail(node.then, loop)}}else{${node.else === null ? this.leave('null') : this.tail(node.else, loop)}}`;
      case 'cond':
        if (node.all || node.shape !== 'one') break;
        return (
          node.arms
            .map((arm) => `${arm.condition === null ? '' : `if(T(${this.expr(arm.condition)}))`}{${this.tail(arm.body, loop)}}`)
            .join('') + this.leave('null')
        );
      case 'match':
        if (node.all || node.shape !== 'one') break;
        return this.matchTail(node, loop);
      case 'call':
        if (loop !== null && node.tail === 'self' && isLoop(node, loop)) return this.again(node, loop);
        break;
      default:
    }
    return this.leave(this.expr(node));
  }

  private leave(value: string): string {
    return `{const r=${value};rc.d--;return r}`;
  }

  private again(node: CallNode, loop: Loop): string {
    const values = loop.defs.map((param, index) => {
      const arg = node.args[index];
      return arg === undefined ? 'null' : this.argument(arg, param);
    });
    const temps = values.map(() => this.temp());
    const assign = values.map((value, index) => `${temps[index]}=${value};`).join('');
    return `{${assign}${loop.params.map((name, index) => `${name}=${temps[index]};`).join('')}continue}`;
  }

  private matchTail(node: MatchNode, loop: Loop | null): string {
    const subject = local(node.subjectLocal);
    const arms = node.arms.map((arm) => {
      const binds = arm.binds.map((each) => `${local(each)}=${this.bound(node, arm.payload)};`).join('');
      return `${arm.pattern === null ? '' : `if(${this.pattern(node, arm.pattern)})`}{${binds}${this.tail(arm.body, loop)}}`;
    });
    return `${subject}=${this.expr(node.subject)};${arms.join('')}${this.leave('null')}`;
  }

  // ---- expressions

  private expr(node: Core): string {
    switch (node.kind) {
      case 'const':
        return this.constant(node.value);
      case 'local':
        return node.maybeUnset ? `unset(${local(node.local)},${text(node.local.name)})` : local(node.local);
      case 'cell':
        return `cell(rc,${node.cell.id})`;
      case 'fn-ref':
        return `fnRef(${node.fn.id})`;
      case 'native-ref':
        return `nativeRef(${text(node.native.name)})`;
      case 'type-ref':
        return `type(${this.tables.ref(node.type)},${text(typeName(node.type))})`;
      case 'variant-ref':
        return this.variantRef(node.enum.id, node.enum.fullName, node.variant);
      case 'namespace':
        return `ns(${text(node.name)})`;
      case 'definition':
        return this.definition(node);
      case 'template':
        return `(${['""', ...node.parts.map((part) => (typeof part === 'string' ? text(part) : `S(rc,${this.expr(part)})`))].join('+')})`;
      case 'vector':
        return `[${node.elements.map((each) => (each.spread ? `...spread(${this.expr(each.value)})` : this.expr(each.value))).join(',')}]`;
      case 'map':
        return `map(${node.entries.map((entry) => `[${entry.kind === 'entry' ? text(entry.key) : 'null'},${this.expr(entry.value)}]`).join(',')})`;
      case 'path':
        return node.steps.reduce((base, step) => this.read(base, step), this.expr(node.base));
      case 'call':
        return this.call(node);
      case 'if':
        return `(T(${this.expr(node.condition)})?${this.expr(node.then)}:${node.else === null ? 'null' : this.expr(node.else)})`;
      case 'logic':
        return this.logic(node.op, node.operands);
      case 'cond':
        return this.cond(node);
      case 'match':
        return this.match(node);
      case 'block':
        return node.statements.length === 0 ? 'null' : `(${node.statements.map((each) => this.statement(each)).join(',')})`;
      case 'collect': {
        const run = node.statements.map((each) => this.statement(each));
        const pairs = node.statements.flatMap((each) =>
          each.key !== null && (each.kind === 'let' || each.kind === 'assign') ? [`[${text(each.key)},${local(each.local)}]`] : [],
        );
        return `(${[...run, `gather(${text(node.shape)},[${pairs.join(',')}])`].join(',')})`;
      }
      case 'parallel':
        return this.parallel(node);
      case 'pipe': {
        const run = node.stages.map((stage) => `${local(stage.local)}=${this.expr(stage.value)}`);
        const pairs = node.stages.map((stage, index) => `["$pipe_${index}",${local(stage.local)}]`);
        return `(${[...run, `gather(${text(node.shape)},[${pairs.join(',')}])`].join(',')})`;
      }
      case 'lambda':
        return `lambda(${node.params.length},${this.lambdaCode(node.params.map(local), node.frame, node.body)})`;
      case 'fn':
        return `closure(${node.fn.id},[${node.fn.overloads.map((overload) => `function${this.overload(node.fn.id, overload)}`).join(',')}])`;
      case 'force':
        return `force(rc,${this.expr(node.value)})`;
      case 'raw':
        return `raw(${this.expr(node.value)})`;
      case 'halt':
        return `halt(${text(node.message)})`;
    }
  }

  private statement(statement: CoreStatement): string {
    switch (statement.kind) {
      case 'let':
        return `${local(statement.local)}=${this.expr(statement.value)}`;
      case 'eval':
        return this.expr(statement.value);
      case 'assign': {
        const temp = this.temp();
        const root = statement.root === null ? 'undefined' : `(${this.expr(statement.root)})??undefined`;
        return `(${temp}=${this.expr(statement.value)},${local(statement.local)}=setPath(${root},${this.steps(statement.steps)},${temp}),${temp})`;
      }
      case 'local-type':
        return statement.constructors === null
          ? 'null'
          : `${local(statement.constructors.local)}=${this.expr(statement.constructors.value)}`;
    }
  }

  private constant(value: ConstValue): string {
    switch (value.type) {
      case 'null':
        return 'null';
      case 'bool':
        return String(value.value);
      case 'int': {
        const isSafe = value.value >= -9007199254740991n && value.value <= 9007199254740991n;
        return isSafe ? `(${value.value})` : `(${value.value}n)`;
      }
      case 'dec': {
        const name = `k${this.consts.length}`;
        this.consts.push(`const ${name}=new Dec(${value.coefficient}n,${value.scale});`);
        return name;
      }
      default:
        return text(value.value);
    }
  }

  private variantRef(id: number, fullName: string, name: string): string {
    const type = this.program.types[id];
    const isUnit = type?.kind === 'enum' && type.variants.find((each) => each.name === name)?.payload === null;
    if (isUnit) return `unit(${text(`${fullName}.${name}`)})`;
    return `lambda(1,(rc,x)=>variant(rc,${id},${text(name)},[x]))`;
  }

  private read(base: string, step: CoreStep): string {
    switch (step.kind) {
      case 'name':
        return `field(${base},${text(step.name)})`;
      case 'key':
        return `field(${base},${text(step.key)})`;
      case 'index':
        return `index(${base},${step.index})`;
      case 'dynamic':
        return `dyn(${base},C(${this.expr(step.value)}))`;
      default:
        return base;
    }
  }

  private steps(steps: readonly CoreStep[]): string {
    const one = (step: CoreStep): string => {
      switch (step.kind) {
        case 'name':
          return `["f",${text(step.name)}]`;
        case 'key':
          return `["f",${text(step.key)}]`;
        case 'index':
          return `["i",${step.index}]`;
        case 'dynamic':
          return `["d",C(${this.expr(step.value)})]`;
        default:
          return '["a"]';
      }
    };
    return `[${steps.map(one).join(',')}]`;
  }

  private logic(op: 'and' | 'or', operands: readonly Core[]): string {
    const [first, ...rest] = operands;
    if (first === undefined) return 'null';
    if (rest.length === 0) return this.expr(first);
    const temp = this.temp();
    const test = `T(${temp}=${this.expr(first)})`;
    const others = this.logic(op, rest);
    return op === 'and' ? `(${test}?${others}:${temp})` : `(${test}?${temp}:${others})`;
  }

  private cond(node: Extract<Core, { kind: 'cond' }>): string {
    if (!node.all && node.shape === 'one') {
      const arms = node.arms.map((arm) =>
        arm.condition === null ? `true?${this.expr(arm.body)}:` : `T(${this.expr(arm.condition)})?${this.expr(arm.body)}:`,
      );
      return `(${arms.join('')}null)`;
    }
    const arms = node.arms.map((arm) => {
      const test = arm.condition === null ? 'true' : `T(${this.expr(arm.condition)})`;
      return `{key:${text(arm.key)},test:(rc)=>${test},body:(rc)=>(${this.expr(arm.body)})}`;
    });
    return `arms(rc,${node.all},${text(node.shape)},[${arms.join(',')}])`;
  }

  private match(node: MatchNode): string {
    const subject = `${local(node.subjectLocal)}=${this.expr(node.subject)}`;
    const body = (arm: MatchNode['arms'][number]): string => {
      const binds = arm.binds.map((each) => `${local(each)}=${this.bound(node, arm.payload)}`);
      return `(${[...binds, this.expr(arm.body)].join(',')})`;
    };
    if (!node.all && node.shape === 'one') {
      const arms = node.arms.map((arm) => `${arm.pattern === null ? 'true' : this.pattern(node, arm.pattern)}?${body(arm)}:`);
      return `(${subject},${arms.join('')}null)`;
    }
    const arms = node.arms.map(
      (arm) =>
        `{key:${text(arm.key)},test:(rc)=>${arm.pattern === null ? 'true' : this.pattern(node, arm.pattern)},body:(rc)=>${body(arm)}}`,
    );
    return `(${subject},arms(rc,${node.all},${text(node.shape)},[${arms.join(',')}]))`;
  }

  private bound(node: MatchNode, isPayload: boolean): string {
    const subject = local(node.subjectLocal);
    return isPayload ? `payload(asResult(${subject}))` : subject;
  }

  private pattern(node: MatchNode, atoms: readonly CoreAtom[]): string {
    const name = local(node.subjectLocal);
    const subject = node.resultAware ? `asResult(${name})` : name;
    const one = (atom: CoreAtom): string => {
      switch (atom.kind) {
        case 'any':
          return 'true';
        case 'literal':
          return `eq(${name},${this.constant(atom.value)})`;
        case 'data':
          return `eq(${name},${this.expr(atom.value)})`;
        case 'variant':
          return `is(${subject},${text(`${atom.enum.fullName}.${atom.variant}`)})`;
        default:
          // A number of kind Int does not match the pattern Dec, though a Dec parameter takes it.
          return atom.type.kind === 'builtin'
            ? `is(${name},${text(`::hot::type/${atom.type.name}`)})`
            : atom.type.kind === 'named' && atom.type.type.kind !== 'alias'
              ? `is(${subject},${text(atom.type.type.fullName)})`
              : `fits(rc,${subject},${this.tables.ref(atom.type)})`;
      }
    };
    return `(${atoms.map(one).join('||')})`;
  }

  private parallel(node: Extract<Core, { kind: 'parallel' }>): string {
    const order = node.levels.flat();
    const run = order.flatMap((index) => {
      const statement = node.statements[index];
      if (statement === undefined) return [];
      const code = `par(rc,${statement.local === null ? 'null' : text(statement.local.name)},(rc)=>(${this.expr(statement.value)}))`;
      return [statement.local === null ? code : `${local(statement.local)}=${code}`];
    });
    const pairs = order.flatMap((index) => {
      const bound = node.statements[index]?.local ?? null;
      return bound === null ? [] : [`[${text(bound.name)},${local(bound)}]`];
    });
    return `(${[...run, `gather(${text(node.shape)},[${pairs.join(',')}])`].join(',')})`;
  }

  private definition(node: Extract<Core, { kind: 'definition' }>): string {
    const file = this.program.files[node.file];
    const at = file?.placeAt(node.at.start);
    const place = { file: file?.name ?? '', line: at?.line ?? 0, column: at?.column ?? 0, position: node.at.start };
    return `definition(${text(node.name)},${node.fullName === null ? 'null' : text(node.fullName)},${this.meta(node.meta)},${node.type === null ? 'null' : text(node.type)},${JSON.stringify(place)},(rc)=>(${this.expr(node.value)}))`;
  }

  private meta(value: MetaValue | null): string {
    if (value === null) return 'null';
    switch (value.type) {
      case 'vec':
        return `[${value.items.map((item) => this.meta(item)).join(',')}]`;
      case 'map':
        return `map(${value.entries.map(([key, item]) => `[${text(key)},${this.meta(item)}]`).join(',')})`;
      case 'ref':
        return text(value.fullName ?? value.text);
      default:
        return this.constant(value);
    }
  }

  // ---- calls

  private call(node: CallNode): string {
    const { callee } = node;
    const hasSpread = node.args.some((arg) => arg.mode === 'spread');
    switch (callee.kind) {
      case 'fn': {
        const [only] = callee.candidates;
        const overload = only === undefined ? undefined : callee.fn.overloads[only];
        const isDirect =
          callee.candidates.length === 1 &&
          overload !== undefined &&
          !hasSpread &&
          !overload.variadic &&
          overload.params.length === node.args.length &&
          !overload.params.some((param) => param.coercible);
        if (isDirect) return this.direct(node, `f${callee.fn.id}_${only}`, callee.fn.fullName, overload.params);
        return `${site(node)}pick(rc,${node.site},${callee.fn.id},[${callee.candidates.join(',')}],${this.loose(node.args)})`;
      }
      case 'native': {
        const exact = callee.native.overloads.find((each) => each.params.length === node.args.length);
        const overload = exact ?? callee.native.overloads.find((each) => each.params.at(-1)?.variadic === true);
        if (hasSpread) return `${site(node)}call(rc,${node.site},nativeRef(${text(callee.native.name)}),${this.loose(node.args)})`;
        const params = node.args.map((_, index) => overload?.params[index] ?? overload?.params.at(-1));
        return this.direct(node, this.native(callee.native.name), callee.native.name, params);
      }
      case 'type':
        return this.made(node, `construct(rc,${this.tables.ref(callee.type)},`, typeName(callee.type));
      case 'variant':
        return this.made(node, `variant(rc,${callee.enum.id},${text(callee.variant)},`, `${callee.enum.fullName}.${callee.variant}`);
      case 'local-fn': {
        const value = callee.maybeUnset ? `unset(${local(callee.local)},${text(callee.local.name)})` : local(callee.local);
        return `${site(node)}call(rc,${node.site},${value},${this.loose(node.args)})`;
      }
      default:
        return `${site(node)}call(rc,${node.site},${this.expr(callee.value)},${this.loose(node.args)})`;
    }
  }

  /** Arguments prepared here, the target known: recorded only when the run records. */
  private direct(
    node: CallNode,
    code: string,
    name: string,
    params: readonly ({ readonly lazy: boolean; readonly raw?: boolean } | undefined)[],
  ): string {
    const temps = node.args.map(() => this.temp());
    const assign = node.args.map((arg, index) => `${temps[index]}=${this.argument(arg, params[index])}`);
    const plain = `(rc.calls++,${code}(rc${list(temps)}))`;
    const recorded = `tr(rc,${node.site},${code},${text(name)},[${temps.join(',')}])`;
    return `(${[...assign, `${site(node)}rc.t===null?${plain}:${recorded}`].join(',')})`;
  }

  private made(node: CallNode, open: string, name: string): string {
    const parts = node.args.map((arg) => (arg.mode === 'spread' ? `...spread(${this.expr(arg.value)})` : this.argument(arg, undefined)));
    const temp = this.temp();
    return `(${temp}=[${parts.join(',')}],${site(node)}rc.t===null?${open}${temp}):tr(rc,${node.site},(rc,...a)=>${open}a),${text(name)},${temp}))`;
  }

  private argument(arg: CoreArg, param: { readonly lazy: boolean; readonly raw?: boolean } | undefined): string {
    switch (arg.mode) {
      case 'thunk':
        return param?.lazy === false ? `C(${this.thunk(arg.thunk)}.code(rc))` : this.thunk(arg.thunk);
      case 'pass-thunk':
        return param?.lazy === false ? `C(force(rc,${this.expr(arg.value)}))` : this.expr(arg.value);
      default: {
        const value = this.expr(arg.value);
        if (param?.lazy === true) return `new Th((rc)=>(${value}))`;
        return param?.raw === true || isPlain(arg.value) ? value : `C(${value})`;
      }
    }
  }

  /** Arguments as they stand: whoever is called prepares them. */
  private loose(args: readonly CoreArg[]): string {
    const one = (arg: CoreArg): string => {
      if (arg.mode === 'thunk') return this.thunk(arg.thunk);
      return arg.mode === 'spread' ? `...spread(${this.expr(arg.value)})` : this.expr(arg.value);
    };
    return `[${args.map(one).join(',')}]`;
  }

  private native(name: string): string {
    const inline = INLINE[name];
    if (inline !== undefined) return inline;
    const known = this.natives.get(name);
    if (known !== undefined) return known;
    const variable = `n${this.natives.size}`;
    this.natives.set(name, variable);
    return variable;
  }

  private temp(): string {
    const name = `t${this.nextTemp++}`;
    this.temps.push(name);
    return name;
  }
}

const local = (each: Local): string => `v${each.id}`;
const list = (names: readonly string[]): string => names.map((name) => `,${name}`).join('');
const declare = (names: readonly string[]): string => (names.length === 0 ? '' : `let ${names.join(',')};`);
const site = (node: CallNode): string => `/*@${node.site}*/`;

/** A JavaScript string literal. */
function text(value: string): string {
  return JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029').replaceAll('*/', '*\\/');
}

function typeName(type: { readonly kind: string; readonly name?: unknown; readonly type?: { readonly fullName: string } }): string {
  if (type.kind === 'builtin') return `::hot::type/${String(type.name)}`;
  return type.type?.fullName ?? '';
}

function isLoop(node: CallNode, loop: Loop): boolean {
  const { callee } = node;
  if (callee.kind !== 'fn' && callee.kind !== 'local-fn') return false;
  return callee.fn.id === loop.fn && callee.candidates.length === 1 && callee.candidates[0] === loop.overload && !node.args.some((arg) => arg.mode === 'spread');
}

/** Certainly no Result. */
function isPlain(node: Core): boolean {
  return ['const', 'template', 'vector', 'map', 'lambda', 'fn', 'fn-ref', 'native-ref', 'type-ref', 'namespace'].includes(node.kind) || (node.kind === 'local' && node.local.role === 'param');
}

/** Each marker begins a line; the table tells its call site. */
function placeSites(source: string): { readonly js: string; readonly lines: readonly number[] } {
  const lines: number[] = [-1];
  let current = -1;
  const js = source.replace(/\/\*@(\d+)\*\/|\n/g, (found, id: string | undefined) => {
    current = id === undefined ? -1 : Number(id);
    lines.push(current);
    return '\n';
  });
  return { js, lines };
}
