import { resolve } from 'node:path';
import { ESLint } from 'eslint';

const root = resolve(__dirname, '..', '..');
const eslint = new ESLint({ cwd: root, overrideConfigFile: resolve(root, 'eslint.config.mjs') });

/** Names of the rules that refuse the text as the content of that file; 'parse' when it is no program. */
async function refusals(file: string, text: string): Promise<readonly string[]> {
  const [result] = await eslint.lintText(text, { filePath: resolve(root, file) });
  return (result?.messages ?? []).map((message) => message.ruleId ?? `parse: ${message.message}`);
}

const CASES: readonly (readonly [rule: string, file: string, bad: string, good: string])[] = [
  [
    'hot/import-inside-lib',
    'libs/kernel/src/clock.ts',
    `import { a } from '../../lang/src/embed';\nexport const b = a;\n`,
    `import { newId } from './ids';\nexport const b = newId;\n`,
  ],
  [
    'hot/import-inside-lib',
    'libs/kernel/src/clock.ts',
    `export type A = import('../../lang/src/embed').Artifact;\n`,
    `export type A = import('./ids').Ids;\n`,
  ],
  [
    'hot/inject-values',
    'libs/kernel/src/clock.ts',
    `import type { A } from './ids';\n@Injectable()\nexport class B { constructor(private readonly a: A) {} }\ndeclare const Injectable: () => ClassDecorator;\n`,
    `import { A } from './ids';\n@Injectable()\nexport class B { constructor(private readonly a: A) {} }\ndeclare const Injectable: () => ClassDecorator;\n`,
  ],
  [
    'no-restricted-properties',
    'libs/kernel/src/clock.ts',
    `export const a = process.env['A'];\n`,
    `export const a = process.argv[0];\n`,
  ],
  [
    'no-restricted-properties',
    'libs/lang/src/index.ts',
    `export const a = Math.random();\n`,
    `export const a = Math.floor(1.5);\n`,
  ],
  [
    'no-restricted-properties',
    'libs/lang/src/index.ts',
    `export const a = Date.now();\n`,
    `export const a = Date.UTC(2026, 1);\n`,
  ],
  [
    'no-restricted-syntax',
    'libs/lang/src/index.ts',
    `export const a = new Date();\n`,
    `export const a = new Date(0);\n`,
  ],
  [
    'no-restricted-syntax',
    'libs/kernel/src/clock.ts',
    `export default function a(): void {}\n`,
    `export function a(): void {}\n`,
  ],
  [
    'no-restricted-syntax',
    'libs/kernel/src/clock.ts',
    `export enum A { B }\n`,
    `export const A = ['b'] as const;\n`,
  ],
  [
    '@typescript-eslint/no-floating-promises',
    'libs/kernel/src/clock.ts',
    `export function a(): void { Promise.resolve(1); }\n`,
    `export async function a(): Promise<void> { await Promise.resolve(1); }\n`,
  ],
  [
    '@typescript-eslint/no-explicit-any',
    'libs/kernel/src/clock.ts',
    `export const a = (b: any): unknown => b;\n`,
    `export const a = (b: unknown): unknown => b;\n`,
  ],
  [
    '@typescript-eslint/no-non-null-assertion',
    'libs/kernel/src/clock.ts',
    `export const a = (b: string | null): string => b!;\n`,
    `export const a = (b: string | null): string => b ?? '';\n`,
  ],
];

describe('the lint rules', () => {
  it.each(CASES)(
    '%s refuses what it is for in %s, and nothing else',
    async (rule, file, bad, good) => {
      expect(await refusals(file, bad)).toContain(rule);
      expect(await refusals(file, good)).not.toContain(rule);
    },
    60_000,
  );

  it('lets tests assert that a value is there', async () => {
    const text = `export const a = (b: string | null): string => b!;\n`;
    expect(await refusals('libs/kernel/src/kernel.spec.ts', text)).toEqual([]);
  });
});
