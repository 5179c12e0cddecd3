/** The examples of docs/language are programs: what stands behind `// =>` is what they give. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case, Check } from '../support/cases';
import { runCase } from '../support/run-case';

const FOLDER = join(__dirname, '../../../../docs/language');
const RESULT = ' // => ';

interface Example extends Case {
  readonly place: string;
}

function examplesIn(file: string): readonly Example[] {
  const lines = readFileSync(join(FOLDER, file), 'utf8').split('\n');
  return lines.flatMap((first, start): Example[] => {
    if (first !== '```hot') return [];
    const end = lines.indexOf('```', start);
    const program: string[] = [];
    const checks: Check[] = [];
    lines.slice(start + 1, end).forEach((text, index) => {
      const sign = text.indexOf(RESULT);
      if (sign < 0) program.push(text);
      else {
        const expected = text.slice(sign + RESULT.length);
        checks.push({ line: start + index + 2, expression: text.slice(0, sign), expected });
      }
    });
    const title = lines.slice(0, start).findLast((line) => line.startsWith('#')) ?? file;
    return [
      {
        title,
        line: start + 1,
        place: `${file}:${start + 1}`,
        program: program.join('\n'),
        ctx: {},
        host: new Map(),
        checks,
      },
    ];
  });
}

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.md'));
const examples = files.flatMap(examplesIn);

describe('the examples of docs/language', () => {
  it.each(examples)('$place $title', async (example) => {
    expect(example.checks).not.toEqual([]);
    expect(await runCase(example)).toEqual([]);
  });

  it('are there', () => {
    expect(examples.length).toBeGreaterThan(20);
  });
});
