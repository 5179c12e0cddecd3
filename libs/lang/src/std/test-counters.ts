/**
 * Counters of assertions and tests. They stand in the context of the run under `test-counters`, where programs may
 * read and set them.
 */
import { display } from '../runtime/display';
import { formatHot } from '../runtime/format';
import { HotMap } from '../runtime/hot-map';
import { isInt } from '../runtime/arith';
import { addInt } from '../runtime/int';
import { err, type Fiber, type Value } from '../runtime/values';
import { writeOutput } from './io';
import { native, type NativeDef, type NativeOptions } from '../runtime/native-def';

export const GREEN = '\x1b[92m✓\x1b[0m';
export const RED = '\x1b[91m✗\x1b[0m';

const KEY = 'test-counters';
type Section = 'assertions' | 'tests' | 'current-test';

const EMPTY = HotMap.of([
  ['passed', 0],
  ['failed', 0],
  ['total', 0],
]);
const FRESH = HotMap.of([
  ['assertions', EMPTY],
  ['tests', EMPTY],
  ['current-test', EMPTY],
  ['failed-tests', []],
  ['failed-assertions', []],
]);

export function counters(fb: Fiber): HotMap {
  const v = fb.r.ctx.get(KEY);
  return v instanceof HotMap ? v : FRESH;
}

function change(fb: Fiber, f: (c: HotMap) => HotMap): void {
  fb.r.ctx.set(KEY, f(counters(fb)));
}

export function count(fb: Fiber, section: Section, outcome: 'passed' | 'failed' | 'total'): number {
  const of = counters(fb).getStr(section);
  const n = of instanceof HotMap ? of.getStr(outcome) : undefined;
  return typeof n === 'number' ? n : 0;
}

/** Texts of the assertions that failed. */
export function failures(fb: Fiber): readonly string[] {
  const list = counters(fb).getStr('failed-assertions');
  return (Array.isArray(list) ? list : []).map((one) =>
    display(one instanceof HotMap ? (one.getStr('assertion-description') ?? null) : one, null),
  );
}

function increased(v: Value | undefined): Value {
  return v !== undefined && isInt(v) ? addInt(v, 1) : 1;
}

function bumped(c: HotMap, sections: readonly Value[], outcome: Value): HotMap {
  return sections.reduce((all: HotMap, section) => {
    const old = all.get(section);
    const of = old instanceof HotMap ? old : EMPTY;
    return all.set(
      section,
      of.set(outcome, increased(of.get(outcome))).set('total', increased(of.getStr('total'))),
    );
  }, c);
}

function appended(c: HotMap, key: string, item: Value): HotMap {
  const list = c.getStr(key);
  return c.set(key, Array.isArray(list) ? [...list, item] : [item]);
}

/** Counts an assertion; of a failed one it keeps the text. */
export function countAssertion(fb: Fiber, passed: boolean, text: string | null): void {
  change(fb, (c) => {
    const next = bumped(c, ['assertions', 'current-test'], passed ? 'passed' : 'failed');
    return passed || text === null
      ? next
      : appended(next, 'failed-assertions', details(fb.r.currentTest, text));
  });
}

const details = (test: Value, assertion: Value): HotMap =>
  HotMap.of([
    ['test-name', test],
    ['assertion-description', assertion],
  ]);

/**
 * Counts an assertion and writes its line.
 * @param site of its call
 */
export function record(fb: Fiber, site: number, passed: boolean, text: string): boolean {
  countAssertion(fb, passed, text);
  if (!passed) fb.r.failedAt.push(fb.r.program.site(site));
  writeOutput(fb, 'out', `    ${passed ? GREEN : RED} ${text}\n`);
  return passed;
}

export function countTest(fb: Fiber, passed: boolean, name: Value): void {
  change(fb, (c) => {
    const next = bumped(c, ['tests'], passed ? 'passed' : 'failed');
    return passed ? next : appended(next, 'failed-tests', name);
  });
}

/** @param counts of assertions so far */
export function beginTest(fb: Fiber, counts: Value = EMPTY): void {
  change(fb, (c) => c.set('current-test', counts));
}

export const currentCounts = (fb: Fiber): Value => counters(fb).getStr('current-test') ?? EMPTY;

export function printSummary(fb: Fiber): void {
  const part = (section: Section): string =>
    `${count(fb, section, 'passed')} of ${count(fb, section, 'total')}`;
  writeOutput(fb, 'out', `\n${part('tests')} tests passed, ${part('assertions')} assertions\n`);
}

export function printNoTests(fb: Fiber, pattern: Value): void {
  const which = pattern === null || pattern === '' ? '' : ` matching '${display(pattern, null)}'`;
  writeOutput(fb, 'out', `No tests found${which}\n`);
}

export const shownMismatch = (expected: Value, actual: Value): string =>
  `expected ${formatHot(expected)}, got ${formatHot(actual)}`;

function location(v: Value): string {
  const field = (key: string): string => (v instanceof HotMap ? display(v.getStr(key) ?? null, null) : '');
  return ['file', 'line', 'column']
    .map(field)
    .filter((text) => text !== '')
    .join(':');
}

const T = (name: string, sig: string, doc: string, s: NonNullable<NativeOptions['s']>): NativeDef =>
  native(`::hot::test/${name}`, { traced: false, sig, doc, s });

export const TEST_COUNTERS: readonly NativeDef[] = [
  T('init-test-counters', '()', 'Begins counting anew.', (fb) => {
    fb.r.ctx.set(KEY, FRESH);
    return FRESH;
  }),
  T('get-test-counters', '()', 'The counters of assertions and tests.', (fb) => counters(fb)),
  T('set-test-counters', '(counters)', 'Replaces the counters.', (fb, _d, _s, v = null) => {
    if (!(v instanceof HotMap)) return err('set-test-counters expects a Map');
    fb.r.ctx.set(KEY, v);
    return v;
  }),
  T(
    'bump-counters',
    '(counters, sections: Vec<Str>, outcome: Str)',
    'The counters with an outcome more in these sections.',
    (_fb, _d, _s, c = null, sections = null, outcome = null) =>
      c instanceof HotMap && Array.isArray(sections)
        ? bumped(c, sections, outcome)
        : err('bump-counters expects a Map and a Vec'),
  ),
  T('assertion-passed', '()', 'Counts an assertion that holds.', (fb) => {
    countAssertion(fb, true, null);
    return true;
  }),
  T('assertion-failed', '()', 'Counts an assertion that does not hold.', (fb) => {
    countAssertion(fb, false, null);
    return false;
  }),
  T(
    'assertion-failed-with-details',
    '(test-name, assertion-description)',
    'Counts an assertion that does not hold, and keeps what it was.',
    (fb, _d, _s, name = null, text = null) => {
      countAssertion(fb, false, null);
      change(fb, (c) => appended(c, 'failed-assertions', details(name, text)));
      return false;
    },
  ),
  T(
    'record-failure',
    '(description: Str): Bool',
    'A failed assertion with its line.',
    (fb, _d, site, v = null) => record(fb, site, false, display(v, null)),
  ),
  T('test-passed', '()', 'Counts a test that passed.', (fb) => {
    countTest(fb, true, null);
    return true;
  }),
  T('test-failed', '(test-name)', 'Counts a test that failed.', (fb, _d, _s, name = null) => {
    countTest(fb, false, name);
    return false;
  }),
  T('current-test-reset', '()', 'Counts the assertions of the next test from zero.', (fb) => {
    beginTest(fb);
    return null;
  }),
  T(
    'current-test-assertions-passed',
    '()',
    'Whether no assertion of the current test failed.',
    (fb) => count(fb, 'current-test', 'failed') === 0,
  ),
  T(
    'all-tests-passed',
    '()',
    'Whether neither a test nor an assertion failed.',
    (fb) => count(fb, 'tests', 'failed') === 0 && count(fb, 'assertions', 'failed') === 0,
  ),
  T(
    'assert-expected-got',
    '(expected, actual)',
    'The text of a mismatch.',
    (_fb, _d, _s, expected = null, actual = null) => shownMismatch(expected, actual),
  ),
  T('format-source-location', '(source-info)', 'file:line:column', (_fb, _d, _s, v = null) => location(v)),
  T('print-test-header', '(tests)', 'Writes how many tests are run.', (fb, _d, _s, tests = null) => {
    const n = Array.isArray(tests) ? tests.length : tests;
    writeOutput(fb, 'out', `Running ${display(n, null)} test${n === 1 ? '' : 's'}\n\n`);
    return null;
  }),
  T('print-test-summary', '()', 'Writes how many tests and assertions passed.', (fb) => {
    printSummary(fb);
    return null;
  }),
  T('print-no-tests-warning', '(pattern)', 'Writes that there was no test.', (fb, _d, _s, pattern = null) => {
    printNoTests(fb, pattern);
    return null;
  }),
  T('ptap', '(x)', 'Writes a value and gives it back.', (fb, _d, _s, v = null) => {
    writeOutput(fb, 'out', `${formatHot(v)}\n`);
    return v;
  }),
];
