/** `::hot::test`: assertions and the running of tests. */
import { callAsync, callNowSync, functionOf } from '../runtime/call';
import { truthy } from '../runtime/consume';
import { display } from '../runtime/display';
import { equal } from '../runtime/equality';
import { formatHot } from '../runtime/format';
import { haltPayload } from '../runtime/halt';
import { HotMap } from '../runtime/hot-map';
import { metaValue, type Place } from '../runtime/program-rt';
import type { Run } from '../runtime/run';
import { err, type HotFn, Res, type AsyncEntry, type Entry, type Fiber, type Value } from '../runtime/values';
import { mapcat } from './coll-transform';
import { forcing, outcome, outcomeAsync, type Outcome } from './contain';
import { writeOutput } from './io';
import { native, type NativeDef } from '../runtime/native-def';
import {
  beginTest,
  count,
  countTest,
  currentCounts,
  failures,
  printNoTests,
  printSummary,
  record,
  RED,
  shownMismatch,
  TEST_COUNTERS,
} from './test-counters';
import { messageOf } from './type';

const T = (name: string, options: Parameters<typeof native>[1]): NativeDef =>
  native(`::hot::test/${name}`, options);

/** The text is an ordinary argument: an Err in it has halted already. */
const description = (v: Value | undefined, otherwise: string): string =>
  v === undefined ? otherwise : display(v, null);

const errText = (fb: Fiber, d: number, site: number, e: Res): string => messageOf(fb, d, site, e.val);

function assertEq(fb: Fiber, d: number, site: number, [a = null, b = null, text]: readonly Value[]): Value {
  for (const [side, v] of [
    ['expected', a],
    ['actual', b],
  ] as const) {
    if (v instanceof Res && !v.ok) {
      const what = description(text, 'assert-eq');
      return record(fb, site, false, `${what}: ${side} argument returned error: ${errText(fb, d, site, v)}`);
    }
  }
  const x = a instanceof Res ? a.val : a;
  const y = b instanceof Res ? b.val : b;
  const shown = shownMismatch(x, y);
  if (equal(x, y)) return record(fb, site, true, description(text, shown));
  return record(fb, site, false, text === undefined ? shown : `${display(text, null)}: ${shown}`);
}

function isTestMeta(v: Value): boolean {
  if (v === 'test') return true;
  if (Array.isArray(v)) return v.includes('test');
  return v instanceof HotMap && truthy(v.getStr('test') ?? null);
}

function metaOf(fb: Fiber, f: Value): Value {
  const name = typeof f === 'string' ? f : (functionOf(fb.r.program, f, false)?.name ?? null);
  const definition = name === null ? null : fb.r.program.definitionOf(name);
  return definition?.meta == null ? null : metaValue(definition.meta);
}

// ---- running ----------------------------------------------------------------------------------------------------------

interface Started {
  /** The test that runs this one, and its counts: both go on behind it. */
  readonly outer: { readonly name: string; readonly counts: Value; readonly failedAt: Run['failedAt'] };
  readonly failuresBefore: number;
  readonly startUs: number;
  /** Output while the test runs, and where output went before. */
  readonly out: { text: string } | null;
  readonly before: { text: string } | null;
}

function begin(fb: Fiber, name: string, capture: boolean): Started {
  const { captures } = fb.r;
  const outer = { name: fb.r.currentTest, counts: currentCounts(fb), failedAt: fb.r.failedAt };
  fb.r.currentTest = name;
  fb.r.failedAt = [];
  beginTest(fb);
  const before = captures.out;
  const out = capture ? { text: '' } : null;
  if (out !== null) captures.out = out;
  return { failuresBefore: failures(fb).length, startUs: fb.r.host.nowUs(), out, before, outer };
}

/** Whoever started the run as a test run gets each test as a record, and shows it in a way of its own. */
function isTestRun(fb: Fiber): boolean {
  const run = fb.r.info?.getStr('run');
  return run instanceof HotMap && run.getStr('type') === 'test';
}

interface Problem {
  readonly text: string;
  readonly at: Place | null;
}

function report(fb: Fiber, name: string, started: Started, passed: boolean, problem: Problem | null): void {
  const record = {
    name,
    passed,
    durationUs: fb.r.host.nowUs() - started.startUs,
    assertions: { passed: count(fb, 'current-test', 'passed'), failed: count(fb, 'current-test', 'failed') },
    failures: failures(fb).slice(started.failuresBefore),
    failedAt: fb.r.failedAt,
    error: problem?.text ?? null,
    errorAt: problem?.at ?? null,
    output: started.out?.text ?? '',
  };
  fb.r.host.post('test', JSON.stringify(record));
}

function problemOf(fb: Fiber, d: number, site: number, { halt, value }: Outcome): Problem | null {
  if (halt !== null) {
    const text = messageOf(fb, d, site, haltPayload(halt));
    return { text, at: fb.r.program.placeOf(halt) };
  }
  return value instanceof Res && !value.ok ? { text: errText(fb, d, site, value), at: null } : null;
}

function finish(fb: Fiber, d: number, site: number, name: string, started: Started, o: Outcome): boolean {
  if (started.out !== null) fb.r.captures.out = started.before;
  const problem = problemOf(fb, d, site, o);
  const passed = problem === null && count(fb, 'current-test', 'failed') === 0;
  const nested = started.outer.name !== '';
  if (isTestRun(fb) && !nested) report(fb, name, started, passed, problem);
  else {
    writeOutput(
      fb,
      'out',
      `${name.padEnd(54)} ...   ${passed ? '\x1b[92mok\x1b[0m' : '\x1b[91mFAILED\x1b[0m'}\n`,
    );
    if (!passed && started.out !== null) writeOutput(fb, 'out', started.out.text);
    if (problem !== null) writeOutput(fb, 'out', `    ${RED} Test execution error: ${problem.text}\n`);
  }
  countTest(fb, passed, name);
  fb.r.currentTest = started.outer.name;
  fb.r.failedAt = started.outer.failedAt;
  if (nested) beginTest(fb, started.outer.counts);
  return passed;
}

interface Todo {
  readonly name: string;
  readonly f: HotFn;
}

function runnable(
  prepare: (
    fb: Fiber,
    args: readonly Value[],
  ) => { readonly list: readonly Todo[]; readonly capture: boolean } | Res,
  whole: boolean,
): {
  readonly s: Entry;
  readonly a: AsyncEntry;
} {
  const result = (fb: Fiber, all: boolean, many: number): Value => {
    if (!whole) return all;
    if (many === 0) {
      printNoTests(fb, null);
      return 'no-tests-discovered';
    }
    if (!isTestRun(fb)) printSummary(fb);
    return all;
  };
  return {
    s: (fb, d, site, ...args) => {
      const todo = prepare(fb, args);
      if (todo instanceof Res) return todo;
      let all = true;
      for (const { name, f } of todo.list) {
        const started = begin(fb, name, todo.capture);
        const o = outcome(fb, () => callNowSync(f, fb, d - 1, site, []));
        all = finish(fb, d, site, name, started, o) && all;
      }
      return result(fb, all, todo.list.length);
    },
    a: async (fb, d, site, ...args) => {
      const todo = prepare(fb, args);
      if (todo instanceof Res) return todo;
      let all = true;
      for (const { name, f } of todo.list) {
        const started = begin(fb, name, todo.capture);
        const o = await outcomeAsync(fb, () => callAsync(f, fb, d - 1, site, []));
        all = finish(fb, d, site, name, started, o) && all;
      }
      return result(fb, all, todo.list.length);
    },
  };
}

function allTests(fb: Fiber, pattern: string): readonly Todo[] {
  const { program } = fb.r;
  return program.tables.tests
    .filter((name) => name.includes(pattern))
    .flatMap((name) => {
      const f = program.functionNamed(name);
      return f === null ? [] : [{ name, f }];
    });
}

/** Output of one call, whatever comes of it. */
const capturing: { s: Entry; a: AsyncEntry } = {
  s: (fb, d, site, v = null) => {
    const f = functionOf(fb.r.program, v, true);
    if (f === null) return err('call-with-capture expects a function');
    const out = { text: '' };
    const before = fb.r.captures.out;
    fb.r.captures.out = out;
    try {
      return captured(callNowSync(f, fb, d - 1, site, []), out.text);
    } finally {
      fb.r.captures.out = before;
    }
  },
  a: async (fb, d, site, v = null) => {
    const f = functionOf(fb.r.program, v, true);
    if (f === null) return err('call-with-capture expects a function');
    const out = { text: '' };
    const before = fb.r.captures.out;
    fb.r.captures.out = out;
    try {
      return captured(await callAsync(f, fb, d - 1, site, []), out.text);
    } finally {
      fb.r.captures.out = before;
    }
  },
};

const captured = (result: Value, output: string): Value =>
  HotMap.of([
    ['result', result],
    ['output', output],
  ]);

const captureFlag = (v: Value | undefined): boolean => v === undefined || truthy(v);

export const TEST: readonly NativeDef[] = [
  T('assert', {
    core: true,
    traced: false,
    sig: ['(lazy actual: Any): Bool', '(lazy actual: Any, description: Str): Bool'],
    doc: 'Records whether the value is truthy.',
    poly: [{ index: 0, byName: false }],
    ...forcing(1, (fb, _d, site, [v = null, text]) =>
      record(fb, site, truthy(v), description(text, `expected truthy value, got ${formatHot(v)}`)),
    ),
  }),
  T('assert-eq', {
    core: true,
    traced: false,
    sig: [
      '(lazy expected: Any, lazy actual: Any): Bool',
      '(lazy expected: Any, lazy actual: Any, description: Str): Bool',
    ],
    doc: 'Records whether both are equal.',
    poly: [
      { index: 0, byName: false },
      { index: 1, byName: false },
    ],
    ...forcing(2, assertEq),
  }),
  T('is-test', {
    traced: false,
    sig: '(f): Bool',
    doc: 'Whether the metadata of a function marks it as a test.',
    s: (fb, _d, _s, f = null) => isTestMeta(metaOf(fb, f)),
  }),
  T('run-test', {
    core: true,
    sig: '(f, capture-output): Bool',
    doc: 'Runs one test function.',
    poly: [{ index: 0, byName: true }],
    ...runnable((fb, [v = null, capture]) => {
      const f = functionOf(fb.r.program, v, true);
      if (f === null) return err('run-test expects a function');
      return { list: [{ name: f.name ?? '<test>', f }], capture: captureFlag(capture) };
    }, false),
  }),
  ...TEST_COUNTERS,
  T('call-with-capture', {
    sig: '(f)',
    doc: 'Calls a function and keeps its output: the result and the text.',
    poly: [{ index: 0, byName: true }],
    ...capturing,
  }),
  {
    ...T('test-runner-mapcat', {
      sig: '(coll: Str | Vec | Map, f: Fn): Str | Vec | Map',
      doc: 'mapcat, for the test runner.',
      poly: [{ index: 1, byName: true }],
    }),
    s: mapcat.s,
    a: mapcat.a,
  },
  // Any function may be a test, so these wait in any case.
  T('run-tests', {
    sig: '(capture-output)',
    doc: 'Runs all tests of the program.',
    a: runnable((fb, [capture]) => ({ list: allTests(fb, ''), capture: captureFlag(capture) }), true).a,
  }),
  T('run-matching-tests', {
    sig: '(pattern, capture-output)',
    doc: 'Runs the tests whose full name contains the pattern.',
    a: runnable(
      (fb, [pattern = null, capture]) => ({
        list: allTests(fb, display(pattern, null)),
        capture: captureFlag(capture),
      }),
      true,
    ).a,
  }),
];
