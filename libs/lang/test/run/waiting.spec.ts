/**
 * Every case once more as if its library waited: the program is compiled for natives that are asynchronous without
 * exception, so that whatever can be emitted in two ways runs in the other one. It must give the same.
 */
import { compileProject } from '../../src';
import { makeArtifact } from '../../src/compile/artifact';
import { LIBRARY } from '../../src/std/library';
import type { NativeFacts } from '../../src/syntax/native-facts';
import { caseFiles, type Case } from '../support/cases';
import { runCase, type Compile } from '../support/run-case';

/** Conversions never wait, and the library's own arrows use what stands in these. */
const STAYS = /^::hot::(type|internal::\w+)\//;

const waiting: ReadonlyMap<string, NativeFacts> = new Map(
  [...LIBRARY].map(([name, def]): [string, NativeFacts] => [
    name,
    STAYS.test(name) ? def : { ...def, s: null },
  ]),
);

const compile: Compile = (sources) => {
  const compiled = compileProject(sources);
  return compiled.artifact === null
    ? compiled
    : { ...compiled, artifact: makeArtifact(compiled.program, waiting) };
};

/** Files that are about what runs, rather than about one library function after the other. */
const FILES = /^(micro-suite|language\/)/;

/** Arrows never wait, a refused program does not run; asynchronous frames are larger than the stack of a test. */
const applies = (one: Case): boolean =>
  !/ -> /.test(one.program) &&
  !/reach deep/.test(one.title) &&
  !one.checks.some((check) => check.expected.startsWith('COMPILE'));

const files = caseFiles()
  .filter(({ name }) => FILES.test(name))
  .map(({ name, cases }) => ({ name, cases: cases.filter(applies) }));

describe.each(files.filter(({ cases }) => cases.length > 0))('$name, waiting', ({ cases }) => {
  it.each(cases)('$title (line $line)', async (one) => {
    expect(await runCase(one, compile)).toEqual([]);
  });
});
