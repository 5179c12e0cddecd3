/**
 * A second opinion on a part of the language: small programs made of a tape of bytes, their text, and what they give
 * according to an interpreter that follows the specification word by word and knows nothing of the compiler.
 */
export type Mini =
  | { readonly k: 'lit'; readonly v: number | string | boolean | null }
  | { readonly k: 'name'; readonly name: string }
  | { readonly k: 'path'; readonly name: string; readonly steps: readonly (string | number)[] }
  | { readonly k: 'call'; readonly fn: Strict; readonly args: readonly Mini[] }
  | { readonly k: 'user'; readonly fn: number; readonly args: readonly Mini[] }
  | { readonly k: 'local'; readonly name: string; readonly arg: Mini }
  | { readonly k: 'vec'; readonly items: readonly Mini[]; readonly spread: string | null }
  | { readonly k: 'map'; readonly entries: readonly (readonly [string, Mini])[] }
  | { readonly k: 'template'; readonly parts: readonly Mini[] }
  | { readonly k: 'if'; readonly c: Mini; readonly t: Mini; readonly e: Mini | null }
  | { readonly k: 'logic'; readonly op: 'and' | 'or'; readonly args: readonly Mini[] }
  | {
      readonly k: 'lazy1';
      readonly fn: 'not' | 'is-ok' | 'is-err' | 'is-result' | 'ok-value';
      readonly arg: Mini;
    }
  | { readonly k: 'handler'; readonly fn: 'if-ok' | 'if-err'; readonly arg: Mini; readonly body: Mini }
  | { readonly k: 'cond'; readonly arms: readonly (readonly [Mini, Mini])[]; readonly rest: Mini | null }
  | { readonly k: 'match'; readonly name: string; readonly arms: readonly (readonly [Pattern, Mini])[] }
  | {
      readonly k: 'each';
      readonly fn: 'map' | 'filter';
      readonly over: Mini;
      readonly name: string;
      readonly body: Mini;
    }
  | {
      readonly k: 'fold';
      readonly over: Mini;
      readonly names: readonly [string, string];
      readonly body: Mini;
      readonly init: Mini;
    }
  | { readonly k: 'pipe'; readonly first: Mini; readonly fn: Strict; readonly args: readonly Mini[] }
  | { readonly k: 'block'; readonly statements: readonly Statement[]; readonly last: Mini };

export type Statement =
  | { readonly k: 'let'; readonly name: string; readonly value: Mini }
  | { readonly k: 'put'; readonly name: string; readonly step: string | number; readonly value: Mini }
  | { readonly k: 'fn'; readonly name: string; readonly param: string; readonly body: Mini }
  | { readonly k: 'run'; readonly value: Mini };

export type Strict = 'add' | 'sub' | 'eq' | 'ok' | 'err' | 'fail' | 'mark' | 'length' | 'is-null' | 'first';
export type Pattern = 'Result.Ok' | 'Result.Err' | 'Int' | 'Str' | 'Vec' | 'Map' | 'null' | '1' | '"a"' | '_';

export interface Fn {
  readonly params: readonly string[];
  /** This parameter is lazy; -1 for none. */
  readonly lazy: number;
  readonly body: Mini;
}

export interface MiniProgram {
  readonly fns: readonly Fn[];
  readonly main: Mini;
}

/** Names of lazy parameters: mentioned with `do`. */
export const isLazy = (name: string): boolean => name.startsWith('z');

// ---- text -----------------------------------------------------------------------------------------------------------

export function textOf(ns: string, { fns, main }: MiniProgram): string {
  const parts = fns.map(({ params, lazy, body }, i) => {
    const list = params.map((name, at) => (at === lazy ? `lazy ${name}` : name));
    return `f${i} fn (${list.join(', ')}) { ${show(body)} }`;
  });
  return [`${ns} ns`, 'mark fn (id, v) { println(id) v }', ...parts, `main fn () { [${show(main)}] }`].join(
    '\n',
  );
}

const list = (items: readonly Mini[]): string => items.map(show).join(', ');

function show(e: Mini): string {
  switch (e.k) {
    case 'lit':
      return JSON.stringify(e.v);
    case 'name':
      return isLazy(e.name) ? `do ${e.name}` : e.name;
    case 'path':
      return e.name + e.steps.map((s) => (typeof s === 'number' ? `[${s}]` : `.${s}`)).join('');
    case 'call':
      return `${e.fn}(${list(e.args)})`;
    case 'user':
      return `f${e.fn}(${list(e.args)})`;
    case 'local':
      return `${e.name}(${show(e.arg)})`;
    case 'vec':
      return `[${[...e.items.map(show), ...(e.spread === null ? [] : [`...${e.spread}`])].join(', ')}]`;
    case 'map':
      return `{${e.entries.map(([key, v]) => `${key}: ${show(v)}`).join(', ')}}`;
    case 'template':
      return `\`${e.parts.map((p) => `<\${${show(p)}}`).join('')}\``;
    case 'if':
      return `if(${list(e.e === null ? [e.c, e.t] : [e.c, e.t, e.e])})`;
    case 'logic':
      return `${e.op}(${list(e.args)})`;
    case 'lazy1':
      return `${e.fn}(${show(e.arg)})`;
    case 'handler':
      // What an Err from a halt carries is left open here: only an Ok leaves.
      return `${e.fn === 'if-ok' ? 'ok-value(if-ok' : '{ if-err'}(${show(e.arg)}, (unused) { ${show(e.body)} })${e.fn === 'if-ok' ? ')' : ' }'}`;
    case 'cond': {
      const arms = e.arms.map(([c, v]) => `${show(c)} => { ${show(v)} }`);
      return `cond { ${arms.join(' ')}${e.rest === null ? '' : ` => { ${show(e.rest)} }`} }`;
    }
    case 'match':
      return `match ${e.name} { ${e.arms.map(([p, v]) => `${p} => { ${show(v)} }`).join(' ')} }`;
    case 'each':
      return `${e.fn}(${show(e.over)}, (${e.name}) { ${show(e.body)} })`;
    case 'fold':
      return `reduce(${show(e.over)}, (${e.names.join(', ')}) { ${show(e.body)} }, ${show(e.init)})`;
    case 'pipe':
      return `{ ${show(e.first)} |> ${e.fn}(${list(e.args)}) }`;
    case 'block':
      return `{ ${[...e.statements.map(showStatement), show(e.last)].join('\n')} }`;
  }
}

function showStatement(s: Statement): string {
  if (s.k === 'run') return show(s.value);
  if (s.k === 'fn') return `${s.name} fn (${s.param}) { ${show(s.body)} }`;
  const step = s.k === 'put' ? (typeof s.step === 'number' ? `[${s.step}]` : `.${s.step}`) : '';
  return `${s.name}${step} ${show(s.value)}`;
}
