import { z } from 'zod';
import { singleControl, type RunOutcome } from '@app/lang';
import { compileWhatCompiles, type LocalProgram } from '../local/compile-local';
import type { Effect } from '../local/calls/effects';
import { LocalRuns } from '../local/local-runs';
import { localSettings } from '../local/local-settings';
import { contextSources, projectSources, testSources } from '../local/local-sources';
import { LocalIdentity } from '../local/run-info';
import { showOutcome } from '../local/show-outcome';
import { TestReport, testRecordSchema, type TestRecord } from '../local/test-report';
import { selectProject, type SelectedProject } from '../project/select-project';
import { UsageError } from '../usage-error';
import type { Command, Flags } from './command';
import { RUN_OPTIONS } from './project-options';

const NO_TESTS = 3;

export const testCommand: Command = {
  name: 'test',
  summary: 'run the tests of the project',
  usage: 'hot test [PATTERN] [-p PROJECT] [-t DIR] [-s DIR] [--test.capture true|false] [--json]',
  options: {
    ...RUN_OPTIONS,
    'test.capture': { type: 'string' },
    'test.allow-empty': { type: 'string' },
    json: { type: 'boolean' },
  },
  async run({ cwd, positionals, flags, env, out }) {
    const startedAt = performance.now();
    const pattern = positionals[0] ?? '';
    const project = await selectProject(cwd, flags, env);
    const { capture, allowEmpty } = settings(project, flags);
    const sources = [
      ...(await contextSources(cwd, flags.texts('ctx'))),
      ...(await projectSources(cwd, project)),
      ...(await testSources(cwd, project)),
    ];
    const { program, broken } = compileWhatCompiles(sources, out.isTerminal);
    const places = program === null ? new Map<string, string>() : placesOf(program.program);
    const names = [...places.keys()];
    const wanted = names.filter((name) => name.includes(pattern));
    const report = new TestReport(out, flags.on('json'), broken, places);
    report.begin(wanted.length);
    let outcome: RunOutcome | null = null;
    if (program !== null && wanted.length > 0) {
      const { loaded, hash } = program;
      let effects: Effect[] = [];
      const runs = new LocalRuns({
        type: 'test',
        settings: localSettings(cwd, project, false),
        identity: new LocalIdentity(project.name, env),
        write: (stream, text) => report.output(stream, text),
        tell: (effect) => void effects.push(effect),
        onTest: (record) => {
          report.add(recordOf(record), effects);
          effects = [];
        },
        runTask: (...task) => loaded.run(...task),
        buildHash: () => hash,
      });
      outcome = await loaded
        .run(runs.request('::hot::test/run-matching-tests', [pattern, capture]), runs.host, singleControl())
        .finally(() => runs.close());
    }
    const stopped = outcome !== null && outcome.status !== 'succeeded';
    if (stopped && outcome !== null) showOutcome(outcome, 'hot', out);
    const passed = report.end(performance.now() - startedAt, stopped);
    if (passed && wanted.length === 0 && broken.size === 0 && !allowEmpty) {
      out.note(pattern === '' ? 'There are no tests' : `No test has "${pattern}" in its name`);
      return NO_TESTS;
    }
    return passed ? 0 : 1;
  },
};

/** `file:line` of each test by its full name, in their order. */
function placesOf({ tests, files }: LocalProgram['program']): ReadonlyMap<string, string> {
  return new Map(
    tests.map(({ fullName, fn }) => {
      const file = files[fn.file];
      return [fullName, file === undefined ? '' : `${file.name}:${file.placeAt(fn.at.start).line}`];
    }),
  );
}

const recordOf = (json: string): TestRecord => testRecordSchema.parse(JSON.parse(json));

const flagText = z.enum(['true', 'false']).transform((text) => text === 'true');

function settings(project: SelectedProject, flags: Flags): { capture: boolean; allowEmpty: boolean } {
  const own = project.entry?.test;
  const shared = project.config.test;
  const setting = (name: 'capture' | 'allow-empty', otherwise: boolean): boolean => {
    const text = flags.text(`test.${name}`);
    if (text === undefined) return own?.[name] ?? shared?.[name] ?? otherwise;
    const parsed = flagText.safeParse(text);
    if (!parsed.success) throw new UsageError(`--test.${name} is true or false, not "${text}"`);
    return parsed.data;
  };
  return { capture: setting('capture', true), allowEmpty: setting('allow-empty', false) };
}
