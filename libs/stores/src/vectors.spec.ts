import { Nearest, scoreText, vectorText, vectorOf } from './vectors';

const nearest = (wanted: number[], limit: number, minScore = 0): Nearest =>
  new Nearest(vectorOf(wanted, null), limit, minScore);
const text = (...numbers: number[]): string => vectorText(vectorOf(numbers, null));

describe('vectors', () => {
  it('are compared by their angle, whatever their length', () => {
    const found = nearest([1, 0], 3);
    found.show(1, text(0, 5));
    found.show(2, text(3, 3));
    found.show(3, text(0.1, 0));
    expect(found.sorted().map(({ seq, score }) => [seq, scoreText(score)])).toEqual([
      [3, '1.0'],
      [2, '0.707107'],
      [1, '0.0'],
    ]);
  });

  it('of other dimensions are passed over, those without length are near to nothing', () => {
    const found = nearest([1, 2], 5);
    found.show(1, text(1, 2, 3));
    found.show(2, text(0, 0));
    expect(found.sorted()).toEqual([{ seq: 2, score: 0 }]);
  });

  it('that are opposite are below any that are not', () => {
    const found = nearest([1, 1], 5, -1);
    found.show(1, text(-1, -1));
    found.show(2, text(1, -1));
    expect(found.sorted().map(({ seq }) => seq)).toEqual([2, 1]);
    const positive = nearest([1, 1], 5);
    positive.show(1, text(-1, -1));
    expect(positive.sorted()).toEqual([]);
  });

  it('are found among many: the best of them, in their order', () => {
    const found = nearest([1, 0], 3);
    for (let n = 0; n < 5_000; n += 1) found.show(n, text(1, Math.abs(n - 2_500) + (n % 2)));
    expect(found.sorted().map(({ seq }) => seq)).toEqual([2_500, 2_498, 2_499]);
  });

  it('must be as many numbers as the map has', () => {
    expect(() => vectorOf([1, 2], 3)).toThrow('Embedding vector has 2 dimensions, expected 3');
    expect(() => vectorOf([], null)).toThrow('embeddings are lists of 1 to 16000 numbers');
    expect(() => vectorOf(['1'], null)).toThrow('embeddings are lists of 1 to 16000 numbers');
  });
});
