/**
 * A small library of signatures, written as `::ns/name(params): Returns; …` with marks in front: `*` core, `!` not
 * pure. The analysis knows functions of the real library only through such tables.
 */
import type { NativeOverload, NativeParam, NativeSignature } from '../../src/syntax/native-signature';

const TABLE = `
* ::hot::math/add(x, y)
* ::hot::math/sub(x, y)
* ::hot::math/mul(x, y)
* ::hot::math/div(x, y)
* ::hot::cmp/eq(x, y)
* ::hot::cmp/gt(x, y)
* ::hot::cmp/lt(x, y)
* ::hot::cmp/lte(x, y)
* ::hot::bool/if(c, lazy then) | (c, lazy then, lazy else)
* ::hot::bool/and(lazy x, lazy ...rest)
* ::hot::bool/or(lazy x, lazy ...rest)
* ::hot::bool/not(lazy x)
* ::hot::coll/map(coll, func: Fn): Vec | (coll, func: Fn, on-err: Any): Vec
* ::hot::coll/filter(coll, predicate: Fn): Vec
* ::hot::coll/partition(coll, n: Int) | (coll, pred: Fn)
* ::hot::coll/reduce(coll, reducer: Fn, init)
* ::hot::coll/first(coll)
* ::hot::coll/last(coll)
* ::hot::coll/sort(coll) | (coll, by: Fn)
* ::hot::coll/length(coll): Int
* ::hot::coll/count(coll): Int
* ::hot::coll/is-empty(coll): Bool
* ::hot::coll/get(coll, key) | (coll, key, default)
* ::hot::str/concat(...parts): Str
* ::hot::str/uppercase(s: Str): Str
* ::hot::type/Str() | (v)
* ::hot::type/Int(v)
* ::hot::type/Dec(v)
* ::hot::type/Bool(v)
* ::hot::type/Vec(...v)
* ::hot::type/Map(...v)
* ::hot::type/Bytes(v)
* ::hot::type/Byte(v)
* ::hot::type/Fn(v)
* ::hot::type/is-type(lazy v, t): Bool
* ::hot::type/is-map(v): Bool
* ::hot::type/untype(v)
* ::hot::type/ok(v)
* ::hot::type/err(v)
* ::hot::type/is-ok(lazy r): Bool
* ::hot::type/is-err(lazy r): Bool
* ::hot::type/if-ok(lazy r, f: lazy Fn)
* ::hot::type/if-err(lazy r, f: lazy Fn)
* ::hot::type/err-value(lazy r)
* ::hot::type/err-message(lazy r)
* ::hot::json/to-json(v): Str
* ::hot::json/from-json(s: Str)
*! ::hot::io/println(v): Str
*! ::hot::exec/fail(lazy err) | (msg: Str, lazy err)
*! ::hot::exec/cancel(msg: Str) | (msg: Str, lazy data)
*! ::hot::lang/call(f: Fn) | (f: Fn, args: Vec) | (f: Fn, args: Vec, on-err: Any)
*! ::hot::event/send(type: Str, data)
*! ::hot::test/assert(lazy v) | (lazy v, text: Str)
*! ::hot::test/assert-eq(lazy expected, lazy actual) | (lazy expected, lazy actual, text: Str)
! ::hot::ctx/get(key: Str) | (key: Str, default)
! ::hot::ctx/set(values) | (key: Str, value)
! ::hot::env/get(key: Str) | (key: Str, default)
::hot::meta/get(lazy x)
! ::hot::internal::exec/contain(f: Fn) | (f: Fn, args: Vec)
! ::hot::http/request(r)
`;

const SPECIAL: Readonly<Record<string, NativeSignature['special']>> = {
  '::hot::bool/if': 'if',
  '::hot::bool/and': 'and',
  '::hot::bool/or': 'or',
  '::hot::meta/get': 'definition',
};

export const NATIVES: readonly NativeSignature[] = TABLE.trim()
  .split('\n')
  .map((line): NativeSignature => {
    const [, marks = '', name = '', rest = ''] = /^([*!]*) ?(::[^(]+)(.*)$/.exec(line) ?? [];
    return {
      name,
      overloads: overloads(rest),
      core: marks.includes('*'),
      pure: !marks.includes('!'),
      doc: '',
      special: SPECIAL[name] ?? null,
    };
  });

function overloads(text: string): readonly NativeOverload[] {
  return [...text.matchAll(/\(([^)]*)\)(?:: ([A-Z]\w*))?/g)].map(([, params = '', returns = '']) => ({
    params: params === '' ? [] : params.split(', ').map(param),
    returns,
  }));
}

function param(text: string): NativeParam {
  const [, lazy, rest, name = '', type = ''] = /^(lazy )?(\.\.\.)?([\w-]+)(?:: (.*))?$/.exec(text) ?? [];
  return {
    name,
    type: type.replace('lazy ', ''),
    lazy: lazy !== undefined || type.startsWith('lazy '),
    variadic: rest !== undefined,
    isFn: /\bFn\b/.test(type),
  };
}

/** The part of the library that is types: written in the language, like the real one. */
export const PRELUDE = `
::hot::type ns
Result meta ["core"] enum { Ok(Any), Err(Any) }
OnErr meta ["core"] enum { Force, Preserve }
All meta ["core"] type { value: Vec | Map }
::hot::time ns
Instant type { epoch: Int }
::hot::run ns
Failure meta ["core"] type { msg: Str?, err: Any }
`;
