/** What texts mean, as programs say it: lists of numbers, compared by the angle between them. */
import { StoreRefusedError } from './store.errors';

const BYTES_PER_NUMBER = 4;
export const MAX_DIMENSIONS = 16_000;

/** Throws StoreRefusedError when these are not as many numbers as the map has. */
export function vectorOf(numbers: readonly unknown[], dimensions: unknown): Float32Array {
  if (numbers.length === 0 || numbers.length > MAX_DIMENSIONS || !numbers.every(isNumber)) {
    throw new StoreRefusedError('invalid', `embeddings are lists of 1 to ${MAX_DIMENSIONS} numbers`);
  }
  if (typeof dimensions === 'number' && dimensions !== numbers.length) {
    throw new StoreRefusedError(
      'invalid',
      `Embedding vector has ${numbers.length} dimensions, expected ${dimensions}`,
    );
  }
  return Float32Array.from(numbers);
}

const isNumber = (value: unknown): value is number => typeof value === 'number';

export const vectorText = (vector: Float32Array): string =>
  Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');

export interface Near {
  readonly seq: number;
  readonly score: number;
}

/** The nearest of all that it has been shown; of equals those that came first. */
export class Nearest {
  private best: Near[] = [];
  private readonly length: number;
  private readonly scratch: Float32Array;
  private readonly scratchBytes: Uint8Array;

  constructor(
    private readonly wanted: Float32Array,
    private readonly limit: number,
    private readonly minScore: number,
  ) {
    this.length = lengthOf(wanted);
    this.scratch = new Float32Array(wanted.length);
    this.scratchBytes = new Uint8Array(this.scratch.buffer);
  }

  show(seq: number, text: string): void {
    const bytes = Buffer.from(text, 'base64');
    if (bytes.byteLength !== this.wanted.length * BYTES_PER_NUMBER) return;
    // Decoded bytes begin anywhere, numbers must begin at multiples of four.
    this.scratchBytes.set(bytes);
    const score = this.cosine(this.scratch);
    if (score < this.minScore) return;
    this.best.push({ seq, score });
    // Sorting now and then costs less than keeping order at each step.
    if (this.best.length >= 2 * this.limit + 1_000) this.best = this.sorted();
  }

  sorted(): Near[] {
    return this.best.sort((a, b) => b.score - a.score || a.seq - b.seq).slice(0, this.limit);
  }

  private cosine(vector: Float32Array): number {
    const { wanted } = this;
    let dot = 0;
    let square = 0;
    for (let i = 0; i < wanted.length; i += 1) {
      const x = vector[i] ?? 0;
      dot += x * (wanted[i] ?? 0);
      square += x * x;
    }
    return square === 0 || this.length === 0 ? 0 : dot / (Math.sqrt(square) * this.length);
  }
}

function lengthOf(vector: Float32Array): number {
  let square = 0;
  for (const x of vector) square += x * x;
  return Math.sqrt(square);
}

/** A score as the Dec that it is for programs. Single precision is sure of six digits. */
export function scoreText(score: number): string {
  const text = score.toFixed(6).replace(/0+$/, '');
  return text.endsWith('.') ? `${text}0` : text;
}
