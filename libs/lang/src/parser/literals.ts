import type { Literal } from '../syntax/ast';
import type { DecValue, Token } from '../syntax/token';
import type { Cursor } from './cursor';

/** The current token must be a literal. */
export function parseLiteral(p: Cursor): Literal {
  return literalOf(p.advance());
}

export function literalOf(token: Token): Literal {
  const { start, end } = token;
  switch (token.kind) {
    case 'int':
      return { kind: 'int', value: token.value as bigint, start, end };
    case 'dec': {
      const { coefficient, scale } = token.value as DecValue;
      return { kind: 'dec', coefficient, scale, start, end };
    }
    case 'str':
      return { kind: 'str', value: token.text, start, end };
    case 'true':
    case 'false':
      return { kind: 'bool', value: token.kind === 'true', start, end };
    default:
      return { kind: 'null', start, end };
  }
}
