import type { CookedText } from './strings';
import { sourceOffset } from './strings';

export type RawPiece =
  | { readonly kind: 'text'; readonly from: number; readonly to: number }
  | { readonly kind: 'code'; readonly from: number; readonly to: number };

/**
 * Splits the processed text at `${…}`. Braces are counted without any knowledge of strings or comments inside.
 * Indices refer to the processed text. A missing `}` ends the list and is told to `unterminated`.
 */
export function splitTemplate(
  cooked: CookedText,
  unterminated: (at: number, text: string) => void,
): RawPiece[] {
  const text = cooked.value;
  const pieces: RawPiece[] = [];
  let from = 0;
  for (;;) {
    const open = text.indexOf('${', from);
    if (open < 0) break;
    if (open > from) pieces.push({ kind: 'text', from, to: open });
    const close = matchingBrace(text, open + 2);
    if (close < 0) {
      const shown = text.slice(open, open + 40);
      unterminated(sourceOffset(cooked, open), shown);
      return pieces;
    }
    pieces.push({ kind: 'code', from: open + 2, to: close });
    from = close + 1;
  }
  if (from < text.length) pieces.push({ kind: 'text', from, to: text.length });
  return pieces;
}

function matchingBrace(text: string, from: number): number {
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 123) depth++;
    else if (unit === 125 && --depth === 0) return i;
  }
  return -1;
}
