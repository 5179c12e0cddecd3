/**
 * A self tail call that only counts and adds, again as a loop over JavaScript numbers that the engine keeps in
 * registers: in the general loop every value may be anything, and every result beyond 32 bits is an object.
 *
 * The fast loops stand before the general one: the first for results of 32 bits, which are the cheapest to check, the
 * second for all safe integers. As soon as a result does not fit, or something else than arithmetic is to be done, the
 * next loop takes over at the start of the same turn: until then nothing has happened that could be seen. In a recorded
 * call they run only when each turn is one flow with the same branch: such turns are told by their number.
 */
import type { CallNode, Core, Local } from '../analyse/core';
import type { OverloadDef } from '../analyse/program';
import { localName, type Activation, type FastLoops, type FlowNumbers } from './activation';
import { js } from './expr';

const MAX_PARTS = 60;
const MAX = '9007199254740991';

const ARITHMETIC: Readonly<Record<string, string>> = {
  '::hot::math/add': '+',
  '::hot::math/sub': '-',
  '::hot::math/mul': '*',
  '::hot::math/mod': '%',
};
const TESTS: Readonly<Record<string, string>> = {
  '::hot::cmp/lt': '<',
  '::hot::cmp/lte': '<=',
  '::hot::cmp/gt': '>',
  '::hot::cmp/gte': '>=',
  '::hot::cmp/eq': '===',
  '::hot::cmp/ne': '!==',
};

interface Version {
  readonly label: 'ints' | 'floats';
  /** Whether the result in this variable must be left to the next loop. */
  readonly refuses: (v: string) => string;
}

const INTS: Version = { label: 'ints', refuses: (v) => `${v} !== (${v} | 0)` };
const FLOATS: Version = { label: 'floats', refuses: (v) => `!(${v} <= ${MAX} && ${v} >= -${MAX})` };

/** The fast loops, leaving `break run` when done; null when the body is none of this kind. */
export function emitNumberLoops(
  ac: Activation,
  overload: OverloadDef,
  paramName: (local: Local) => string,
): FastLoops | null {
  const params = overload.params.map((p) => p.local);
  const plain = overload.params.every((p) => !p.lazy && !p.raw && !p.rest && (!p.coercible || isInt(p)));
  if (!plain || params.length === 0) return null;
  const emitted = [INTS, FLOATS].map((version) => {
    const loop = new NumberLoop(ac, overload, version);
    return loop.emit() ? loop : null;
  });
  const [ints, floats] = emitted;
  if (!ints || !floats) return null;
  const every = (test: (name: string) => string): string =>
    params.map((p) => test(paramName(p))).join(' && ');
  const back = params.map((p) => `${paramName(p)} = ${localName(p)};`).join(' ');
  const loopOf = (loop: NumberLoop, first: (name: string) => string): string[] => [
    `let ${params.map((p) => `${localName(p)} = ${first(paramName(p))}`).join(', ')};`,
    // The turns up to the next look at the control words have a loop of their own: without a call in it the engine
    // keeps all variables in registers.
    `${loop.version.label}: for (;;) {`,
    'let i = k & 511, j = i;',
    'for (; i < 512; i++) {',
    ...(loop.names.length === 0 ? [] : [`let ${loop.names.join(', ')};`]),
    ...loop.lines,
    '}',
    ...look,
    '}',
    back,
  ];
  const { recorded } = ints;
  const look =
    recorded === null
      ? [`k += 512 - j; ${ints.hasFlows ? 'again(fb, null)' : 'u = again(fb, u)'};`]
      : [
          'k += 512 - j;',
          `if (u !== null) { turned(fb, ${recorded.site}, ${recorded.flow}, ${js(recorded.branch)}, k - w); w = k; }`,
          'u = again(fb, u);',
        ];
  const lines = [
    ...(recorded === null ? [] : ['w = k;']),
    `if (${every((p) => `typeof ${p} === "number"`)}) {`,
    `if (${every((p) => `${p} === (${p} | 0)`)}) {`,
    ...loopOf(ints, (p) => `${p} | 0`),
    '}',
    // `- 0`: a number for the engine's compiler, too.
    ...loopOf(floats, (p) => `${p} - 0`),
    '}',
  ];
  return { lines, recorded };
}

const isInt = (p: OverloadDef['params'][number]): boolean =>
  p.type?.kind === 'builtin' && p.type.name === 'Int';

class Unfit extends Error {}
const UNFIT = new Unfit();

class NumberLoop {
  readonly lines: string[] = [];
  readonly names: string[] = [];
  private readonly known: Set<Local>;
  private parts = 0;
  private turns = 0;
  private flow: FlowNumbers | null = null;
  /** Flows, and of these the ones inside of others. */
  private flows = 0;
  private readonly turnBranches = new Set<string>();
  /** Of the arm that is being emitted. */
  private branchOfArm: string | null = null;

  constructor(
    private readonly ac: Activation,
    private readonly overload: OverloadDef,
    readonly version: Version,
  ) {
    this.known = new Set(overload.params.map((p) => p.local));
  }

  /** False when there is no turn that this loop could take. */
  emit(): boolean {
    try {
      this.tail(this.overload.body);
    } catch (e) {
      if (e !== UNFIT) throw e;
      return false;
    }
    return this.turns > 0;
  }

  get hasFlows(): boolean {
    return this.flows > 0;
  }

  /** Whether each turn is one flow, all with the same branch. */
  get recorded(): FastLoops['recorded'] {
    const [branch] = this.turnBranches;
    if (this.flow === null || this.flows !== 1 || branch === undefined || this.turnBranches.size > 1)
      return null;
    return { ...this.flow, branch };
  }

  private done(value: string): void {
    const branch = this.flows === 0 ? '' : `q = ${js(this.branchOfArm)}; `;
    this.lines.push(`r = ${value}; ${branch}`, this.exit('run'));
  }

  private leave(): void {
    this.lines.push(this.exit(this.version.label));
  }

  private exit(label: string): string {
    return `{ k += i - j; break ${label}; }`;
  }

  /** What ends the turn: a result, the next turn, or the next loop. */
  private tail(node: Core): void {
    if (++this.parts > MAX_PARTS) throw UNFIT;
    switch (node.kind) {
      case 'if':
        this.branch(node.condition, () => {
          this.tail(node.then);
        });
        if (node.else) this.tail(node.else);
        else this.done('null');
        return;
      case 'cond':
        if (node.all || node.shape !== 'one') break;
        this.flows++;
        this.flow ??= this.ac.flowOf(node, 'cond');
        for (const arm of node.arms) {
          this.branchOfArm = arm.key;
          if (arm.condition === null) {
            this.tail(arm.body);
            return;
          }
          this.branch(arm.condition, () => {
            this.tail(arm.body);
          });
        }
        this.branchOfArm = null;
        this.done('null');
        return;
      case 'block': {
        const last = node.statements[node.statements.length - 1];
        if (last?.kind !== 'eval') break;
        for (const statement of node.statements.slice(0, -1)) {
          if (statement.kind !== 'let' || !this.isNumber(statement.value)) {
            this.leave();
            return;
          }
          const name = localName(statement.local);
          this.names.push(name);
          this.lines.push(`${name} = ${this.number(statement.value)};`);
          this.known.add(statement.local);
        }
        this.tail(last.value);
        return;
      }
      case 'call':
        if (this.isTurn(node)) {
          this.next(node);
          return;
        }
        break;
      default:
        break;
    }
    if (this.isNumber(node)) this.done(this.number(node));
    else this.leave();
  }

  private branch(condition: Core, body: () => void): void {
    if (!this.isTest(condition)) throw UNFIT;
    this.lines.push(`if (${this.test(condition)}) {`);
    body();
    this.lines.push('}');
  }

  private isTurn(node: CallNode): boolean {
    const { callee } = node;
    return (
      node.tail === 'self' &&
      (callee.kind === 'fn' || callee.kind === 'local-fn') &&
      callee.fn.overloads[this.overload.index] === this.overload &&
      node.args.length === this.overload.params.length &&
      node.args.every((arg) => arg.mode === 'value' && this.isNumber(arg.value))
    );
  }

  private next(node: CallNode): void {
    this.turns++;
    if (this.branchOfArm !== null) this.turnBranches.add(this.branchOfArm);
    const params = this.overload.params.map((p) => localName(p.local));
    const args = node.args.map((arg) => (arg.mode === 'value' ? this.number(arg.value) : 'null'));
    const changed = args.flatMap((arg, i) => (arg === params[i] ? [] : [i]));
    // A parameter whose old value another one takes over is read before it is assigned.
    const held = args.map((arg, i) => {
      if (!changed.some((other) => other !== i && params[other] === arg)) return arg;
      const name = this.fresh();
      this.lines.push(`${name} = ${arg};`);
      return name;
    });
    for (const i of changed) this.lines.push(`${params[i] ?? ''} = ${held[i] ?? 'null'};`);
    this.lines.push('continue;');
  }

  private fresh(): string {
    const name = this.ac.cx.fresh('x');
    this.names.push(name);
    return name;
  }

  // ---- numbers and tests ----------------------------------------------------------------------------------------

  private isNumber(node: Core): boolean {
    switch (node.kind) {
      case 'const':
        return (
          node.value.type === 'int' && node.value.value >= -0x7fffffffn && node.value.value <= 0x7fffffffn
        );
      case 'local':
        return this.known.has(node.local) && !node.maybeUnset;
      case 'call':
        return operatorOf(node, ARITHMETIC) !== null && operands(node).every((arg) => this.isNumber(arg));
      default:
        return false;
    }
  }

  /** A literal or a variable that is not assigned again within the turn. */
  private number(node: Core): string {
    if (++this.parts > MAX_PARTS) throw UNFIT;
    if (node.kind === 'const' && node.value.type === 'int') return String(node.value.value);
    if (node.kind === 'local') return localName(node.local);
    if (node.kind !== 'call') throw UNFIT;
    const op = operatorOf(node, ARITHMETIC) ?? '+';
    const [a = '0', b = '0'] = operands(node).map((arg) => this.number(arg));
    if (op === '%') this.lines.push(`if (${b} === 0) ${this.exit(this.version.label)}`);
    const name = this.fresh();
    // `+ 0`: a product or remainder of zero must not be −0.
    const zero = op === '*' || op === '%' ? ' + 0' : '';
    this.lines.push(`${name} = ${a} ${op} ${b}${zero};`);
    if (op !== '%') this.lines.push(`if (${this.version.refuses(name)}) ${this.exit(this.version.label)}`);
    return name;
  }

  private isTest(node: Core): boolean {
    if (node.kind === 'logic') return node.operands.every((operand) => this.isTest(operand));
    if (node.kind !== 'call') return false;
    return operatorOf(node, TESTS) !== null && operands(node).every((arg) => this.isNumber(arg));
  }

  /** Operands may be computed that would not have been: that cannot be seen. */
  private test(node: Core): string {
    if (node.kind === 'logic') {
      const parts = node.operands.map((operand) => this.test(operand));
      return `(${parts.join(node.op === 'and' ? ' && ' : ' || ')})`;
    }
    if (node.kind !== 'call') throw UNFIT;
    const [a = '0', b = '0'] = operands(node).map((arg) => this.number(arg));
    return `${a} ${operatorOf(node, TESTS) ?? '==='} ${b}`;
  }
}

function operatorOf(node: CallNode, table: Readonly<Record<string, string>>): string | null {
  if (node.callee.kind !== 'native' || node.args.length !== 2) return null;
  if (node.args.some((arg) => arg.mode !== 'value')) return null;
  return table[node.callee.native.name] ?? null;
}

const operands = (node: CallNode): readonly Core[] =>
  node.args.flatMap((arg) => (arg.mode === 'value' ? [arg.value] : []));
