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

const waiting: ReadonlyMap<string, NativeFacts> = new Map(
  [...LIBRARY].map(([name, def]): [string, NativeFacts] => [name, { ...def, s: null }]),
);

const compile: Compile = (sources) => {
  const compiled = compileProject(sources);
  return compiled.artifact === null
    ? compiled
    : { ...compiled, artifact: makeArtifact(compiled.program, waiting) };
};

/** Conversions by arrows never wait, a refused program does not run. */
const applies = (one: Case): boolean =>
  !/ -> /.test(one.program) && !one.checks.some((check) => check.expected.startsWith('COMPILE'));

const files = caseFiles().map(({ name, cases }) => ({ name, cases: cases.filter(applies) }));

describe.each(files.filter(({ cases }) => cases.length > 0))('$name, waiting', ({ cases }) => {
  it.each(cases)('$title (line $line)', async (one) => {
    expect(await runCase(one, compile)).toEqual([]);
  });
});
