/**
 * Cases: small Hot programs with what they must give, one rule each. The format, one file per section:
 *
 *     == title: the rule that it shows
 *     program lines (optional; put into the namespace ::t unless they begin with a namespace)
 *     ---
 *     EXPRESSION ≡ EXPECTED
 *
 * A check may take several lines; it ends with the line that holds ` ≡ ` outside of the expression's own text. EXPECTED:
 *
 *     a Hot expression       same value and same kinds (1 is not 1.0), compared as JSON with types
 *     ERR "text"             an Err value whose message contains the text
 *     HALT "text"            the run stops with a failure whose message contains the text; HALT alone: any failure
 *     CANCEL "text"          the run is cancelled with this message
 *     PRINTS "text"          what was written to standard output, exactly
 *     SENDS [ … ]            what was sent: a Hot list of {type: …, data: …}
 *     STREAMS [ … ]          what was published on the run's stream: a Hot list of {type: …, data: …}
 *     CALLS [ … ]            what the host was asked: a Hot list of {name: …, args: …}
 *
 * A case whose program must be refused has the only check `≡ COMPILE "text"`: some error, written
 * `code line:column message`, contains the text; lines count from the program's first. Several such lines: all must be
 * found. Lines `@ctx {…}` (JSON) ahead of the program give context variables, `@info {…}` parts of what `info()` knows,
 * `@host name json` the answer to a host call, `@host name !code message` its refusal; of several lines with one name each
 * answers once, and the last one ever after. `#` begins a comment line outside of programs.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Check {
  readonly line: number;
  readonly expression: string;
  readonly expected: string;
}

export interface Case {
  readonly title: string;
  readonly line: number;
  readonly program: string;
  readonly ctx: Readonly<Record<string, unknown>>;
  /** Parts of what `info()` knows. */
  readonly info?: Readonly<Record<string, unknown>>;
  /** Answers (JSON text), or `!code message`, by name of the host call. */
  readonly host: ReadonlyMap<string, readonly string[]>;
  readonly checks: readonly Check[];
}

export interface CaseFile {
  /** Path below test/cases without its ending. */
  readonly name: string;
  readonly cases: readonly Case[];
}

const ROOT = join(__dirname, '..', 'cases');
const SIGN = ' ≡ ';

export function caseFiles(): readonly CaseFile[] {
  return readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.cases'))
    .sort()
    .map((name) => ({
      name: name.replace(/\.cases$/, ''),
      cases: parseCases(readFileSync(join(ROOT, name), 'utf8')),
    }));
}

/** Throws with the line when the text is not in the format. */
export function parseCases(text: string): readonly Case[] {
  const lines = text.split('\n');
  const starts = lines.flatMap((line, index) => (line.startsWith('== ') ? [index] : []));
  lines.slice(0, starts[0] ?? lines.length).forEach((line, index) => {
    if (line.trim() !== '' && !line.startsWith('#'))
      throw new Error(`line ${index + 1}: expected "== title"`);
  });
  return starts.map((start, n) => parseCase(lines, start, starts[n + 1] ?? lines.length));
}

function parseCase(lines: readonly string[], start: number, end: number): Case {
  const ctx: Record<string, unknown> = {};
  const info: Record<string, unknown> = {};
  const host = new Map<string, string[]>();
  let at = start + 1;
  for (; lines[at]?.startsWith('@') === true; at++) {
    const [, kind, rest = ''] = /^@(\w+) (.*)$/.exec(lines[at] ?? '') ?? [];
    if (kind === 'ctx') Object.assign(ctx, JSON.parse(rest));
    else if (kind === 'info') Object.assign(info, JSON.parse(rest));
    else if (kind === 'host') {
      const name = rest.slice(0, rest.indexOf(' '));
      host.set(name, [...(host.get(name) ?? []), rest.slice(rest.indexOf(' ') + 1)]);
    } else throw new Error(`line ${at + 1}: expected @ctx, @info or @host`);
  }
  const rule = lines.indexOf('---', at);
  const split = rule === -1 || rule >= end ? at - 1 : rule;
  const program = split < at ? '' : lines.slice(at, split).join('\n');
  const checks = parseChecks(lines, split + 1, end);
  const title = (lines[start] ?? '').slice(3).trim();
  if (checks.length === 0) throw new Error(`line ${start + 1}: "${title}" checks nothing`);
  return { title, line: start + 1, program, ctx, info, host, checks };
}

function parseChecks(lines: readonly string[], from: number, end: number): readonly Check[] {
  const checks: Check[] = [];
  let pending: string[] = [];
  for (let at = from; at < end; at++) {
    const line = lines[at] ?? '';
    if (pending.length === 0 && (line.trim() === '' || line.startsWith('#'))) continue;
    const sign = ` ${line}`.lastIndexOf(SIGN);
    if (sign === -1) {
      pending.push(line);
      continue;
    }
    pending.push(line.slice(0, Math.max(0, sign - 1)));
    checks.push({
      line: at + 1,
      expression: pending.join('\n').trim(),
      expected: ` ${line}`.slice(sign + SIGN.length).trim(),
    });
    pending = [];
  }
  if (pending.length > 0) throw new Error(`line ${end}: a check without "≡": ${pending[0]}`);
  return checks;
}
