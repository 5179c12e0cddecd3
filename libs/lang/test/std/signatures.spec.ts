/** The library has the functions it promises: names, parameter names, laziness, which names need no import. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from '../../src';
import { NATIVE_SIGNATURES } from '../../src/std/library';

interface Promised {
  readonly ns: string;
  readonly name: string;
  readonly core: boolean;
  /** `(lazy var, task-fn%)`: `%` marks parameters whose placeholders become functions. */
  readonly params: string;
}

const TABLE = readFileSync(join(__dirname, '..', 'data', 'std-signatures.txt'), 'utf8');

function promised(): readonly Promised[] {
  let ns = '';
  return TABLE.split('\n').flatMap((line) => {
    if (line.startsWith('::')) ns = line;
    const [, star, name, inside] = /^(\* )?([\w-]+)\((.*?)\)(?::|$)/.exec(line) ?? [];
    if (name === undefined || inside === undefined) return [];
    const params = inside
      .replaceAll(/<[^>]*>/g, '')
      .split(',')
      .map((part) => shown(...split(part.trim())));
    return [{ ns, name, core: star !== undefined, params: params.join(', ') }];
  });
}

function split(text: string): [name: string, lazy: boolean, isFn: boolean] {
  const [, lazy, name = '', type = ''] = /^(lazy )?([\w.-]*)(?:: (.*))?$/.exec(text) ?? [];
  return [name, lazy !== undefined, /\bFn\b/.test(type)];
}

const shown = (name: string, lazy: boolean, isFn: boolean): string =>
  `${lazy ? 'lazy ' : ''}${name}${isFn ? '%' : ''}`;

/** Full name → what there is of it. */
function present(): ReadonlyMap<string, { readonly core: boolean; readonly overloads: readonly string[] }> {
  const all = new Map<string, { core: boolean; overloads: string[] }>();
  for (const { name, core, overloads } of NATIVE_SIGNATURES) {
    const texts = overloads.map(({ params }) => params.map((p) => shown(p.name, p.lazy, p.isFn)).join(', '));
    all.set(name, { core, overloads: texts });
  }
  for (const { members } of check([]).namespaces) {
    for (const { fullName, core, target } of members.values()) {
      const fn =
        target.kind === 'function'
          ? target.fn
          : target.kind === 'type' && target.type.kind === 'named'
            ? target.type.type.constructors
            : null;
      if (fn === null) continue;
      const texts = fn.overloads.map(({ params }) =>
        params.map((p) => shown(p.name, p.lazy, p.isFn)).join(', '),
      );
      all.set(fullName, { core, overloads: texts });
    }
  }
  return all;
}

describe('the standard library', () => {
  const there = present();

  it('has the table to compare with', () => {
    expect(promised().length).toBeGreaterThan(180);
  });

  it.each([...new Set(promised().map(({ ns }) => ns))])('has all functions of %s', (ns) => {
    const missing = promised()
      .filter((one) => one.ns === ns)
      .flatMap(({ name, core, params }) => {
        const found = there.get(`${ns}/${name}`);
        if (!found) return [`${name}(${params}): missing`];
        if (!found.overloads.includes(params))
          return [`${name}(${params}): only (${found.overloads.join('), (')})`];
        return found.core === core ? [] : [`${name}: ${core ? 'must' : 'must not'} be visible everywhere`];
      });
    expect(missing).toEqual([]);
  });
});
