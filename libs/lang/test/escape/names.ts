/** Names that mean something to JavaScript or to generated code, wherever a program may put a name. */
import { hot } from './program';
import type { EscapeProgram } from './program';

const NAMES = [
  ...[
    'constructor',
    '__proto__',
    'prototype',
    'toString',
    'valueOf',
    'hasOwnProperty',
    'isPrototypeOf',
    'toJSON',
  ],
  ...[
    '__defineGetter__',
    '__lookupGetter__',
    'then',
    'catch',
    'finally',
    'length',
    'name',
    'caller',
    'callee',
  ],
  ...[
    'arguments',
    'eval',
    'await',
    'async',
    'this',
    'self',
    'globalThis',
    'process',
    'require',
    'module',
    'undefined',
  ],
  ...[
    'NaN',
    'Infinity',
    'var',
    'let',
    'const',
    'class',
    'new',
    'delete',
    'typeof',
    'void',
    'yield',
    'import',
    'export',
  ],
  ...[
    'return',
    'throw',
    'try',
    'static',
    'super',
    'switch',
    'for',
    'while',
    'with',
    'of',
    'instanceof',
    'function',
  ],
  ...[
    'Symbol',
    'Proxy',
    'Object',
    'Array',
    'Function',
    'Reflect',
    'Error',
    'Promise',
    'Atomics',
    'WebAssembly',
  ],
  ...[
    'rt',
    'c',
    'F',
    'fb',
    'd',
    't',
    'r',
    'natives',
    'shared',
    'HotMap',
    'EMPTY',
    'truthy',
    'lambda',
    'halt',
    'prop',
  ],
  ...[
    'v0',
    'x0',
    'f0',
    'n0',
    'n0s',
    'k0',
    'w0',
    's',
    'a',
    'prepareStackTrace',
    'stack',
    'next',
    'done',
    'iterator',
  ],
  ...['x-y', 'z'.repeat(5000)],
];

export const NAMED: readonly EscapeProgram[] = NAMES.map((name) => ({
  title: `the name ${name.slice(0, 40)} everywhere`,
  program: hot`
::${name} ns
${name} fn (x) { [x, "called"] }

::values ns
${name} 7
read fn () { ${name} }

::t ns
Holder type { ${name}: Any }
Many enum { ${name}(Any), ${name}-other }

as-parameter fn (${name}) { [${name}, do ${name}] }
as-local fn () {
  ${name} 3
  inner fn () { ${name} }
  [${name}, inner()]
}
as-function-local fn () {
  ${name} fn (x) { [x] }
  ${name}(1)
}
as-assigned fn (start) {
  start.${name} 1
  start.deep.${name}.${name} 2
  start["${name}"] 3
  start
}
as-variant fn match (v) {
  Many.${name} => { ["it", v] }
  => { "other" }
}
main meta {${name}: "${name}", doc: "${name}"} fn (event) {
  empty {}
  list [1]
  m {${name}: 1, "other": {"${name}": 2}}
  {
    read: [m.${name}, m["${name}"], m.other.${name}, get(m, "${name}"), event.${name}, event.nothing],
    none: [get({}, "${name}"), empty.${name}, list.${name}, event.nothing.${name}],
    merged: merge({a: 1}, from-json(to-json({${name}: {${name}: 1}}))),
    spread: {...m, ...{${name}: 5}},
    called: ::${name}/${name}(1),
    by-name: call("::${name}/${name}", [2]),
    value: [::values/${name}, ::values/read()],
    parameter: as-parameter(1),
    locals: [as-local(), as-function-local()],
    assigned: as-assigned({}),
    holder: Holder({${name}: 1}).${name},
    variant: [as-variant(Many.${name}(1)) |> first(), as-variant(Many.${name}-other)],
    lambda: map([1], (${name}) { add(${name}, 1) }),
    waited: pmap([{${name}: 1}], (${name}) { ${name} }),
    parallel: parallel { ${name} 1 },
    meta: get(::hot::meta/get(main), "${name}"),
    keys: keys(group-by(["${name}"], (x) { x })),
    text: ${'`'}${'$'}{${name}-text("${name}")}${'`'}
  }
}
${name}-text fn (${name}) { uppercase(${name}) }
`,
  args: [{ [name]: 1 }],
  expected: {
    read: [1, 1, 2, 1, 1, null],
    none: [null, null, null, null],
    merged: { a: 1, [name]: { [name]: 1 } },
    spread: { [name]: 5, other: { [name]: 2 } },
    called: [1, 'called'],
    'by-name': [2, 'called'],
    value: [7, 7],
    parameter: [1, 1],
    locals: [[3, 3], [1]],
    assigned: { [name]: 3, deep: { [name]: { [name]: 2 } } },
    holder: 1,
    variant: ['it', 'other'],
    lambda: [2],
    waited: [{ [name]: 1 }],
    parallel: { [name]: 1 },
    meta: name,
    keys: [name],
    text: name.toUpperCase(),
  },
}));
