/** Says the way out behind what is wrong, and leaves out what follows from it. */
import type { SourceFile } from '../source/source-file';
import type { Diagnostic } from './diagnostic';
import { nameHint } from './name-hints';
import { parseHint } from './parse-hints';

const ABOUT_NAMES: ReadonlySet<string> = new Set([
  'unresolved-variable',
  'unresolved-type',
  'invalid-pattern',
]);

/** More than this is read over by people and costs a reading of the text each. */
const MAX_EXPLAINED = 50;

/** The same diagnostics in the same order, some with more to say, without those that another one explains. */
export function explained(
  files: readonly SourceFile[],
  diagnostics: readonly Diagnostic[],
): readonly Diagnostic[] {
  const out: Diagnostic[] = [];
  let swallowed: { readonly file: number; readonly from: number; readonly to: number } | null = null;
  let hints = 0;
  for (const each of diagnostics) {
    const file = files[each.file];
    const aboutNames = ABOUT_NAMES.has(each.code);
    if (aboutNames && each.file === swallowed?.file && inside(each.start, swallowed)) continue;
    if (file === undefined || hints === MAX_EXPLAINED) {
      out.push(each);
      continue;
    }
    if (each.code === 'parse-error') {
      hints++;
      const text = parseHint(file, each.start, each.message);
      out.push(text === null ? each : { ...each, message: `${each.message}. Hint: ${text}` });
      continue;
    }
    const hint = aboutNames ? nameHint(file, each.start, each.message) : null;
    if (hint === null) {
      out.push(each);
      continue;
    }
    hints++;
    const [from, to] = hint.swallow;
    swallowed = { file: each.file, from, to };
    // A near name is no help when the word is none of this language's.
    const message = each.message.replace(/\. Did you mean '[^']*'\?$/, '');
    out.push({ ...each, message: `${message}. Hint: ${hint.text}` });
  }
  return out;
}

const inside = (offset: number, range: { readonly from: number; readonly to: number }): boolean =>
  offset >= range.from && offset < range.to;
