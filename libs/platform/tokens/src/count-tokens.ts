/** How many tokens a text has. Texts of programs: nothing about them is taken for granted. */
import { encodingNamed } from './encodings';
import { mergePiece, SHORT_PIECE } from './merge';
import { rankTable } from './rank-table';
import { Slices } from './slices';
import { TokenCountError } from './token-count-error';

/** Twice what the largest models read at once. */
export const MAX_COUNTED_BYTES = 4 * 1024 * 1024;
const PIECES_PER_STEP = 64;

/** One piece that is longer than any word takes 28 times its size of memory: one at a time, whoever asks. */
let longPieces: Promise<unknown> = Promise.resolve();

/**
 * Marks like `<|endoftext|>` count as the text that they are. Works in slices of a few milliseconds.
 * @throws TokenCountError
 */
export async function countTokens(text: unknown, encoding: unknown, signal?: AbortSignal): Promise<number> {
  if (typeof text !== 'string') throw new TokenCountError('invalid', 'text must be a text');
  const known = encodingNamed(encoding);
  if (known === undefined) throw new TokenCountError('invalid', 'unknown encoding');
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_COUNTED_BYTES) {
    const limit = `tokens are counted in at most ${MAX_COUNTED_BYTES} at once`;
    throw new TokenCountError('quota', `the text has ${bytes} bytes; ${limit}`);
  }
  const table = await rankTable(known.table);
  const slices = new Slices(signal);
  let count = 0;
  let steps = 0;
  for (const [piece] of text.matchAll(known.pieces)) {
    const asBytes = byteText(piece);
    if (table.ranks.has(asBytes)) count++;
    else if (asBytes.length <= SHORT_PIECE) count += mergePiece(asBytes, table).next().value ?? 0;
    else {
      const merged = longPieces.then(() => slices.run(mergePiece(asBytes, table)));
      longPieces = merged.catch(() => undefined);
      count += await merged;
    }
    if (++steps % PIECES_PER_STEP === 0 && slices.isOver) await slices.next();
  }
  return count;
}

/** One character for each byte of UTF-8. */
function byteText(piece: string): string {
  for (let at = 0; at < piece.length; at++)
    if (piece.charCodeAt(at) > 0x7f) return Buffer.from(piece).toString('latin1');
  return piece;
}
