/** A pattern in the syntax of the engine's own expressions, where that one is fast and agrees with ours. */
import { WORD, type Assertion, type Node } from './parse';

const ASSERTIONS: Readonly<Record<Assertion, string>> = {
  // The anchors themselves: negated look-around of the same meaning matches inside surrogate pairs in V8 13.
  start: '^',
  end: '$',
  'line-start': '(?:^|(?<=\\n))',
  'line-end': '(?:$|(?=\\n))',
  word: `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`,
  'not-word': `(?:(?<=[${WORD}])(?=[${WORD}])|(?<![${WORD}])(?![${WORD}]))`,
};

export function emit(node: Node): string {
  switch (node.kind) {
    case 'set':
      return node.source;
    case 'assert':
      return ASSERTIONS[node.what];
    case 'seq':
      return node.items.map((item) => (item.kind === 'any-of' ? `(?:${emit(item)})` : emit(item))).join('');
    case 'any-of':
      return node.items.map(emit).join('|');
    case 'group':
      return `(${emit(node.item)})`;
    case 'repeat': {
      const { min, max } = node;
      const count = max === Infinity ? `{${min},}` : `{${min},${max}}`;
      return `(?:${emit(node.item)})${count}${node.greedy ? '' : '?'}`;
    }
  }
}

/** Whether all characters of the pattern are compared with that folding. */
export function folds(node: Node, fold: boolean): boolean {
  switch (node.kind) {
    case 'set':
      return node.fold === fold;
    case 'assert':
      return true;
    case 'seq':
    case 'any-of':
      return node.items.every((item) => folds(item, fold));
    default:
      return folds(node.item, fold);
  }
}

/**
 * How a backtracking engine's work may grow with the text: as text^degree. Infinity: without a bound that helps, or its
 * groups would differ (it forgets them at each round of a repetition).
 */
export function degreeOf(root: Node): number {
  const walk = (node: Node, inLoop: boolean, last: boolean): number => {
    switch (node.kind) {
      case 'set':
      case 'assert':
        return 0;
      case 'seq':
        return node.items.reduce(
          (n, item, i) => n + walk(item, inLoop, last && i === node.items.length - 1),
          0,
        );
      case 'any-of':
        return inLoop ? Infinity : node.items.reduce((n, item) => Math.max(n, walk(item, inLoop, last)), 0);
      case 'group':
        return inLoop ? Infinity : walk(node.item, inLoop, last);
      case 'repeat': {
        if (node.max <= 1) return walk(node.item, inLoop, last);
        if (inLoop) return Infinity;
        const inside = walk(node.item, true, false);
        // Nothing after it can fail, so nothing is tried again.
        return inside + (last ? 0 : 1);
      }
    }
  };
  return walk(root, false, true);
}
