/**
 * The library against its published index: every function and every overload exists with these parameter names,
 * and is visible without its namespace exactly where the index says so. Files of `data/signatures`: a line with the
 * namespace, then one line per overload, `★` in front of core names.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from '../../src/compile-project';
import { NATIVE_SIGNATURES } from '../../src/std/library';

const ROOT = join(__dirname, '..', 'data', 'signatures');

interface Row {
  readonly name: string;
  readonly core: boolean;
  /** Parameters as written: `lazy x: Any`, `...rest: Vec`. */
  readonly params: readonly string[];
}

function rows(file: string): readonly Row[] {
  let ns = '';
  return readFileSync(join(ROOT, file), 'utf8')
    .split('\n')
    .flatMap((line): Row[] => {
      if (line.startsWith('::')) ns = line;
      const [, star, name, params = ''] = /^(★ )?([\w-]+)\((.*?)\)(?::.*)?$/.exec(line) ?? [];
      if (name === undefined) return [];
      return [{ name: `${ns}/${name}`, core: star !== undefined, params: split(params) }];
    });
}

/** Commas inside `<…>` separate type arguments. */
const split = (text: string): readonly string[] =>
  text.match(/(?:<[^>]*>|[^,<])+/g)?.map((p) => p.trim()) ?? [];

const natives = new Map(NATIVE_SIGNATURES.map((signature) => [signature.name, signature]));
const library = check([]);

const written = (lazy: boolean, variadic: boolean, name: string, type: string): string =>
  `${lazy ? 'lazy ' : ''}${variadic ? '...' : ''}${name}${type === '' ? '' : `: ${type}`}`;

interface Found {
  readonly overloads: readonly string[];
  readonly core: boolean;
  readonly doc: string;
}

function found(name: string): Found | null {
  const native = natives.get(name);
  if (native === undefined) return inHot(name);
  const overloads = native.overloads.map(({ params }) =>
    params.map((p) => written(p.lazy, p.variadic, p.name, p.type)).join(', '),
  );
  return { overloads, core: native.core, doc: native.doc };
}

/** Some of the library is written in the language. */
function inHot(name: string): Found | null {
  const member = library.namespaces
    .flatMap((ns) => [...ns.members.values()])
    .find((m) => m.fullName === name);
  if (member === undefined) return null;
  const overloads = library.functions
    .filter((fn) => fn.fullName === name)
    .flatMap((fn) => fn.overloads)
    .map(({ params }) => params.map((p) => written(p.lazy, p.rest, p.name, p.typeText ?? '')).join(', '));
  const meta = JSON.stringify(member.meta);
  return { overloads, core: meta.includes('"core"'), doc: meta.includes('"doc"') ? meta : '' };
}

describe.each(readdirSync(ROOT))('the index of %s', (file) => {
  it.each(rows(file).map((row) => [`${row.name}(${row.params.join(', ')})`, row] as const))(
    '%s',
    (_, row) => {
      const one = found(row.name);
      expect(one?.overloads).toContain(row.params.join(', '));
      expect(one?.core).toBe(row.core);
      expect(one?.doc).not.toBe('');
    },
  );
});
