/** What must hold of any text. */
import {
  compileProject,
  formatSource,
  loadProgram,
  runProgram,
  type Compilation,
  type RunHost,
} from '../../src';
import type { Program } from '../../src/analyse/program';
import { makeArtifact } from '../../src/compile/artifact';
import type { Artifact, LoadedProgram, RunControl, RunOutcome } from '../../src/embed';
import { parse } from '../../src/parser/parse';
import { LIBRARY } from '../../src/std/library';
import type { NativeFacts } from '../../src/syntax/native-facts';
import { reaches } from '../escape/audit';
import { Random } from './random';

/** One line each: what does not hold. */
export type Findings = string[];

export interface Watch {
  /** Its stop word is set when a run takes long. */
  readonly control: RunControl;
  /** Something new begins, which may take its time again. */
  begin(): void;
}

export interface Tally {
  compiled: number;
  runs: number;
}

export async function findings(text: string, seed: number, watch: Watch, tally: Tally): Promise<Findings> {
  const found: Findings = [];
  const step = async (what: string, work: () => void | Promise<void>): Promise<void> => {
    watch.begin();
    try {
      await work();
    } catch (error) {
      const place = error instanceof Error ? (/\n\s+at ([^\n(]+)/.exec(error.stack ?? '')?.[1] ?? '') : '';
      found.push(`${what} threw ${String(error).slice(0, 200)} in ${place.trim()}`);
    }
  };
  let made: Compilation | null = null;
  await step('the parser', () => parsing(text, found));
  await step('the compiler', () => {
    made = compileProject([sourceOf(text)]);
    diagnosed(made, found);
  });
  await step('the formatter', () => formatting(text, made?.artifact ?? null, found));
  await step('the program', () => running(made, seed, watch, tally, text, found));
  return found;
}

function parsing(text: string, found: Findings): void {
  const { errors, unit } = parse(text);
  if (unit.end !== text.length) found.push('the tree does not end with the text');
  for (const error of errors) {
    if (!isInside(error, text)) found.push(`an error outside of the text: ${error.message}`);
    if (error.message.length > 500) found.push('an error without end');
  }
}

const isInside = ({ start, end }: { start: number; end: number }, text: string): boolean =>
  start >= 0 && start <= end && end <= text.length;

function formatting(text: string, artifact: Artifact | null, found: Findings): void {
  const once = formatSource(text);
  if (once.kind === 'refused') found.push('formatting would change the meaning');
  if (once.kind !== 'formatted') return;
  const twice = formatSource(once.text);
  if (twice.kind !== 'formatted') found.push(`what was formatted is ${twice.kind}`);
  else if (twice.changed) found.push('formatting twice changes something');
  if (artifact === null || !once.changed) return;
  const after = compileProject([sourceOf(once.text)]);
  if (artifact.js !== after.artifact?.js) found.push('the formatted text is another program');
}

const sourceOf = (text: string) => ({ name: 'a.hot', text, origin: 'project' }) as const;

function diagnosed({ program, diagnostics, artifact }: Compilation, found: Findings): void {
  for (const each of diagnostics) {
    const file = program.files[each.file];
    if (each.file !== -1 && (!file || !isInside(each, file.text))) {
      found.push(`a diagnostic outside of the text: ${each.code}`);
    }
  }
  if (artifact === null && !diagnostics.some(({ severity }) => severity === 'error')) {
    found.push('refused without a reason');
  }
}

async function running(
  made: Compilation | null,
  seed: number,
  watch: Watch,
  tally: Tally,
  text: string,
  found: Findings,
): Promise<void> {
  if (made === null || made.artifact === null) return;
  const { program, artifact } = made;
  tally.compiled++;
  const random = new Random(seed);
  const loaded = loadProgram(artifact);
  if (random.chance(4)) found.push(...reaches(artifact.js).map((what) => `generated code reaches ${what}`));
  const waiting =
    comparable(program, text) && random.chance(2) ? loadProgram(makeArtifact(program, WAITING)) : null;
  for (const { name, params } of functionsOf(program).slice(0, MAX_RUNS)) {
    const argsJson = `[${Array.from({ length: params }, () => random.of(VALUES)).join(',')}]`;
    const run = async (of: LoadedProgram, trace: boolean): Promise<RunOutcome | null> => {
      watch.begin();
      tally.runs++;
      const request = { fn: name, argsJson, trace, control: watch.control, infoJson: INFO };
      const outcome = await Promise.race([runProgram(of, request, hostOf(seed)), noEnd()]);
      judge(name, outcome, text, found);
      return outcome;
    };
    const first = await run(loaded, random.chance(3));
    if (waiting === null) continue;
    const second = await run(waiting, random.chance(3));
    const [one, two] = [first, second].map(valueOf);
    if (one !== two && one !== null && two !== null)
      found.push(`${name} gives something else when it waits: ${one} ${two}`);
  }
}

/**
 * What a value sees of those below it is free, and differs between values of one run and those of all; arrows must not
 * wait.
 */
const comparable = (program: Program, text: string): boolean =>
  !text.includes('->') &&
  // Which of several branches takes the next value of one iterator is nobody's promise.
  !(/\bIter\b/.test(text) && /\b(?:pmap|parallel)\b/.test(text)) &&
  program.init.filter((step) => program.origins[step.file] !== 'std').length < 2;

/** As if the library waited: everything that calls it is compiled for waiting. */
const WAITING: ReadonlyMap<string, NativeFacts> = new Map(
  [...LIBRARY].map(([name, def]) => [
    name,
    /^::hot::(type|internal::\w+)\//.test(name) ? def : { ...def, s: null },
  ]),
);

/** Null: nothing to compare. Where a limit is met depends on the kind of code, and so does a message's place. */
function valueOf(outcome: RunOutcome | null): string | null {
  if (outcome === null) return null;
  if (outcome.status === 'succeeded') return outcome.resultJson;
  if (outcome.status === 'failed' && /^(timeout|resource-limit)$/.test(outcome.failureKind)) return null;
  const { $val } = JSON.parse(outcome.resultJson) as { $val?: { msg?: unknown } };
  const message = JSON.stringify($val?.msg ?? null);
  return /limit|too deep|waits for the outside/.test(message) ? null : `${outcome.status}: ${message}`;
}

const MAX_RUNS = 6;

/** Last ones first: cases have their checks at the end. */
function functionsOf(program: Program): readonly { name: string; params: number }[] {
  return program.namespaces
    .flatMap(({ members }) => [...members.values()])
    .flatMap((member) => {
      const { target, fullName, file } = member;
      if (program.origins[file] === 'std' || target.kind !== 'function') return [];
      return [{ name: fullName, params: target.fn.overloads[0]?.params.length ?? 0 }];
    })
    .reverse();
}

/** Small limits: what is tested is that they are kept, not how long the allowed takes. */
const INFO = JSON.stringify({
  run: { id: 'r', type: 'call' },
  environment: {
    HOT_MAX_COLLECTION_SIZE: '20000',
    HOT_MAX_STRING_BYTES: '1000000',
    HOT_MAX_PARSE_INPUT_BYTES: '1000000',
    HOT_MAX_ALLOC_BYTES: '1000000',
  },
});

const VALUES = [
  ...[
    'null',
    'true',
    '0',
    '-1',
    '2',
    '1.5',
    '1e300',
    '9223372036854775807',
    '""',
    '"a"',
    '"é😀\\ud800"',
    '"a,b\\nc"',
  ],
  ...[
    '[]',
    '[1,2,3]',
    '[["a",1],["b",2]]',
    '{}',
    '{"a":1,"x":2}',
    '{"__proto__":{"a":1},"then":1}',
    '"::t/f"',
  ],
  ...['{"$type":"::hot::type/Result.Err","$val":"e"}', '{"$type":"::hot::type/Result.Ok","$val":1}'],
  ...['{"$type":"::hot::type/Bytes","$val":[104,233,255]}', '{"$type":"::t/P","$val":{"x":1}}'],
  ...['{"$type":"::hot::type/Fn","$val":"::hot::math/add"}', '{"data":{"id":1},"type":"a:b","headers":{}}'],
];

/** The same questions get the same answers, in whatever order they are asked. */
function hostOf(seed: number): RunHost {
  const bytes = new Random(seed);
  return {
    call: (name, argsJson) => {
      const random = new Random(seed, name.length, argsJson.length);
      if (!random.chance(5)) return Promise.resolve(random.of(VALUES));
      return Promise.reject(Object.assign(new Error('not here'), { code: 'unavailable' }));
    },
    post: () => undefined,
    nowUs: () => 0,
    epochMs: () => 1_700_000_000_000,
    randomBytes: (length) => Uint8Array.from({ length }, () => bytes.below(256)),
  };
}

async function noEnd(): Promise<null> {
  return new Promise((resolve) => setTimeout(resolve, 10_000, null).unref());
}

function judge(name: string, outcome: RunOutcome | null, text: string, found: Findings): void {
  if (outcome === null) {
    found.push(`the run of ${name} never ended`);
    return;
  }
  JSON.parse(outcome.resultJson);
  const wrong = /(Internal error|Value too large)[^"]{0,100}/.exec(outcome.resultJson)?.[0];
  if (wrong !== undefined && !text.includes(wrong.slice(0, 14))) found.push(`${name}: ${wrong}`);
}
