/** Compiles and runs the programs of `.cases` files in this process. */
import { randomBytes } from 'node:crypto';
import { compileProject, extractDefinitions, loadProgram, runProgram } from '../../src';
import type { Compilation, ProgramSource, RunHost } from '../../src';
import type { LoadedProgram, RunOutcome } from '../../src/embed';
import type { Case, Check } from './cases';

export type Compile = (sources: readonly ProgramSource[]) => Compilation;

/** What is wrong with the case, one line each; empty when it holds. */
export async function runCase(one: Case, compile: Compile = compileProject): Promise<readonly string[]> {
  const refusals = one.checks.filter((check) => check.expected.startsWith('COMPILE'));
  if (refusals.length > 0) return refused(one, refusals);
  const { text, functions } = withChecks(one);
  const { program, diagnostics, artifact } = compile([source(text)]);
  if (artifact === null) {
    return diagnostics
      .filter((each) => each.severity === 'error')
      .map((each) => {
        const place = program.files[each.file]?.placeAt(each.start);
        return `does not compile: ${each.code} ${place?.line}:${place?.column} ${each.message}\n${text}`;
      });
  }
  const loaded = loadProgram(artifact);
  const problems: string[] = [];
  for (const [index, check] of one.checks.entries()) {
    const problem = await runCheck(one, check, loaded, functions(index));
    if (problem !== null) problems.push(`line ${check.line}: ${check.expression}\n    ${problem}`);
  }
  return problems;
}

const source = (text: string): ProgramSource => ({ name: 'case.hot', text, origin: 'project' });

const namespaced = (program: string): string =>
  /^\s*::[\w:-]+ (meta .*)?ns\b/m.test(program) ? program : `::t ns\n${program}`;

interface CheckFunctions {
  readonly got: string;
  readonly want: string;
}

function withChecks(one: Case): { text: string; functions: (index: number) => CheckFunctions } {
  const program = namespaced(one.program);
  const ns = [...program.matchAll(/^\s*(::[\w:-]+) (?:meta .*)?ns\b/gm)].at(-1)?.[1] ?? '::t';
  const added = one.checks.map(({ expression, expected }, index) => {
    // A value inside a Vec stays what it is: an Err is no failure of the run there.
    const got = `got-${index} fn () {\n[${expression}\n]\n}`;
    const wanted = /^(ERR|HALT|CANCEL|PRINTS)\b/.test(expected)
      ? ''
      : expected.replace(/^(SENDS|STREAMS|CALLS)\b/, '');
    return wanted === '' ? got : `${got}\nwant-${index} fn () {\n[${wanted}\n]\n}`;
  });
  return {
    text: `${program}\n${added.join('\n')}`,
    functions: (index) => ({ got: `${ns}/got-${index}`, want: `${ns}/want-${index}` }),
  };
}

function refused(one: Case, refusals: readonly Check[]): readonly string[] {
  const text = namespaced(one.program);
  const shift = text === one.program ? 0 : 1;
  const { program, diagnostics } = compileProject([source(text)]);
  const declared = program.ok ? extractDefinitions(program).diagnostics : [];
  const found = [...diagnostics, ...declared].map((each) => {
    const place = program.files[each.file]?.placeAt(each.start);
    return `${each.code} ${(place?.line ?? 0) - shift}:${place?.column} ${each.message}`;
  });
  const problems = refusals.flatMap(({ line, expected }) => {
    const wanted = JSON.parse(expected.slice('COMPILE'.length)) as string;
    return found.some((each) => each.includes(wanted))
      ? []
      : [`line ${line}: no error has ${JSON.stringify(wanted)}; found: ${found.join(' | ') || 'none'}`];
  });
  if (refusals.length < one.checks.length) problems.push('COMPILE stands beside other checks');
  return problems;
}

/** A run as the platform starts one, as far as programs can see it. */
const INFO = {
  stream: { id: '01890a5d-ac96-774b-bcce-b302099a8057' },
  run: { id: '00000000-0000-7000-8000-000000000000', type: 'event', 'retry-attempt': 0, 'max-retries': 0 },
};

/** Cases see a clock that stands still: 2026-01-02T03:04:05.678Z. */
const EPOCH_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

interface Observed {
  readonly outcome: RunOutcome;
  readonly out: string;
  readonly sent: readonly string[];
  readonly streamed: readonly string[];
  readonly calls: readonly string[];
}

async function observe(one: Case, program: LoadedProgram, fn: string): Promise<Observed> {
  let out = '';
  let us = 0;
  const sent: string[] = [];
  const streamed: string[] = [];
  const calls: string[] = [];
  const asked = new Map<string, number>();
  const host: RunHost = {
    call(name, argsJson) {
      calls.push(`{"name":"${name}","args":${argsJson}}`);
      const answers = one.host.get(name) ?? [];
      const n = asked.get(name) ?? 0;
      asked.set(name, n + 1);
      const answer = answers[n] ?? answers.at(-1) ?? `!unavailable ${name} is not available here`;
      if (!answer.startsWith('!')) return Promise.resolve(answer);
      const [, code = '', message = ''] = /^!(\w+) ?(.*)$/.exec(answer) ?? [];
      return Promise.reject(Object.assign(new Error(message), { code, message }));
    },
    post(kind, payload) {
      const value = JSON.parse(payload) as Record<string, unknown>;
      if (kind === 'log' && value['stream'] === 'out') out += String(value['text']);
      if (kind === 'stream')
        streamed.push(JSON.stringify({ type: value['dataType'], data: value['payload'] }));
      if (kind === 'event') sent.push(JSON.stringify({ type: value['type'], data: value['data'] }));
    },
    nowUs: () => (us += 10),
    epochMs: () => EPOCH_MS,
    randomBytes: (length) => randomBytes(length),
  };
  const infoJson = JSON.stringify({ ...INFO, ...one.info });
  const ctxJson = JSON.stringify({ values: one.ctx, secretKeys: [] });
  const outcome = await runProgram(program, { fn, ctxJson, infoJson }, host);
  return { outcome, out, sent, streamed, calls };
}

async function runCheck(
  one: Case,
  check: Check,
  program: LoadedProgram,
  { got, want }: CheckFunctions,
): Promise<string | null> {
  const seen = await observe(one, program, got);
  const [, sign = '', rest = ''] =
    /^(ERR|HALT|CANCEL|PRINTS|SENDS|STREAMS|CALLS)?\s*(.*)$/s.exec(check.expected) ?? [];
  switch (sign) {
    case 'HALT':
      return stopped(seen.outcome, 'failed', rest);
    case 'CANCEL':
      return stopped(seen.outcome, 'cancelled', rest);
    case 'PRINTS':
      return same(JSON.stringify(seen.out), JSON.stringify(JSON.parse(rest)));
    default:
  }
  if (seen.outcome.status !== 'succeeded') return `${seen.outcome.status}: ${seen.outcome.resultJson}`;
  if (sign === 'ERR') return isErr(seen.outcome.resultJson, JSON.parse(rest) as string);
  const wanted = await observe(one, program, want);
  const observed = { SENDS: seen.sent, STREAMS: seen.streamed, CALLS: seen.calls }[sign];
  if (observed) return same(`[[${observed.join(',')}]]`, wanted.outcome.resultJson);
  if (wanted.outcome.status !== 'succeeded') return `the expected value: ${wanted.outcome.resultJson}`;
  return same(seen.outcome.resultJson, wanted.outcome.resultJson);
}

const same = (got: string, wanted: string): string | null =>
  got === wanted ? null : `got      ${got}\n    expected ${wanted}`;

function stopped(outcome: RunOutcome, status: RunOutcome['status'], text: string): string | null {
  const wanted = text === '' ? '' : (JSON.parse(text) as string);
  if (outcome.status === status && messageIn(outcome.resultJson).includes(wanted)) return null;
  return `${outcome.status}: ${outcome.resultJson}; expected it ${status} with ${JSON.stringify(wanted)}`;
}

function messageIn(json: string): string {
  const { $val: value } = JSON.parse(json) as { $val?: { msg?: unknown } };
  return typeof value?.msg === 'string' ? value.msg : json;
}

function isErr(json: string, text: string): string | null {
  const [value] = JSON.parse(json) as readonly { $type?: string; $val?: unknown }[];
  const isOne = value?.$type === '::hot::type/Result.Err';
  const payload = isOne ? JSON.stringify(value.$val) : '';
  const escaped = JSON.stringify(text).slice(1, -1);
  return isOne && payload.includes(escaped) ? null : `got ${json}; expected an Err with ${escaped}`;
}
