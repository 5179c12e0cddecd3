import { lex } from '../../src/lexer/lexer';
import type { Token } from '../../src/syntax/token';

function show(token: Token): string {
  switch (token.kind) {
    case 'str':
      return JSON.stringify(token.text);
    case 'int':
      return `int ${String(token.value)}`;
    case 'dec': {
      const { coefficient, scale } = token.value as { coefficient: bigint; scale: number };
      return `dec ${coefficient}e-${scale}`;
    }
    case 'template': {
      const pieces = token.value as readonly (
        { kind: 'text'; value: string } | { kind: 'code'; tokens: readonly Token[] }
      )[];
      const parts = pieces.map((piece) =>
        piece.kind === 'text'
          ? JSON.stringify(piece.value)
          : `{${piece.tokens
              .filter((inner) => inner.kind !== 'eof')
              .map(show)
              .join(' ')}}`,
      );
      return `\`${parts.join(' ')}\``;
    }
    case 'ident':
      return token.text;
    case 'keyword':
      return `#${token.text}`;
    case 'placeholder':
      return `%${String(token.value)}`;
    default:
      return token.kind;
  }
}

const tokens = (text: string): string =>
  lex(text)
    .tokens.filter((token) => token.kind !== 'eof')
    .map(show)
    .join(' ');
const errors = (text: string): readonly string[] => lex(text).errors.map((error) => error.message);

describe('names and words', () => {
  it.each([
    ['a-1', 'a-1'],
    ['a -1', 'a int -1'],
    ['Foo->Bar', 'Foo- > Bar'],
    ['Foo -> Bar', 'Foo -> Bar'],
    ['do-it type-name match-allx', 'do-it type-name match-allx'],
    ['match-all cond-all do', '#match-all #cond-all #do'],
    ['$type $val _x _', '$type $val _x wildcard'],
    ['größe 名前 x²', 'größe 名前 x²'],
    ['true false null ns meta open', 'true false null ns meta open'],
    ['lazy', '#lazy'],
  ])('%s', (text, expected) => {
    expect(tokens(text)).toBe(expected);
  });
});

describe('numbers', () => {
  it.each([
    ['-5', 'int -5'],
    ['1-2', 'int 1 int -2'],
    ['1.50', 'dec 150e-2'],
    ['1.', 'dec 1e-0'],
    ['-0.05', 'dec -5e-2'],
    ['.5', '. int 5'],
    ['1.2.3', 'dec 12e-1 . int 3'],
    ['007', 'int 7'],
    ['9223372036854775807', 'int 9223372036854775807'],
    ['-9223372036854775808', 'int -9223372036854775808'],
  ])('%s', (text, expected) => {
    expect(tokens(text)).toBe(expected);
    expect(errors(text)).toEqual([]);
  });

  it('refuses whole numbers beyond 64 bits', () => {
    expect(errors('9223372036854775808')).toEqual(["Invalid number '9223372036854775808'"]);
    expect(errors('-9223372036854775809')).toEqual(["Invalid number '-9223372036854775809'"]);
  });

  it('refuses a number of a million digits at once', () => {
    expect(errors('9'.repeat(1_000_000))).toHaveLength(1);
    expect(errors(`1.${'9'.repeat(1_000_000)}`)).toHaveLength(1);
  });
});

describe('strings', () => {
  it.each([
    [String.raw`"a\tb\q"`, 'a\tb\\q'],
    [String.raw`"\u00e9\x41"`, 'éA'],
    [String.raw`"\d+ \ud800 \u12 \xZZ"`, '\\d+ \\ud800 \\u12 \\xZZ'],
    ['"\\"\\\\\\n\\r\\0\\\'\\/\\b\\f\\v\\`"', '"\\\n\r\0\'/\b\f\v`'],
    ['""', ''],
    ['"line\nbreak"', 'line\nbreak'],
    ['""""""', ''],
    ['""""quoted" text"""', '"quoted" text'],
    ['"""x"y""z"""', 'x"y""z'],
    ['"""   """', ''],
    ['"""\n    one\n      two\n\n    three\n    """', 'one\n  two\n\nthree'],
    ['"""\r\n  a\r\n  b\r\n  """', 'a\nb'],
    ['"""\n\ta\n b\n"""', 'a\nb'],
    ['"""\n    a\n  \n    b"""', '  a\n\n  b'],
    [String.raw`"""\n stays"""`, '\\n stays'],
  ])('%j', (text, expected) => {
    const { tokens: found, errors: problems } = lex(text);
    expect(problems).toEqual([]);
    expect(found.map((token) => token.kind)).toEqual(['str', 'eof']);
    expect(found[0]?.text).toBe(expected);
  });

  it('says where an unterminated string begins', () => {
    expect(lex('x "abc').errors).toEqual([{ message: 'Unterminated string', start: 2, end: 3 }]);
    expect(errors('"""abc"')).toEqual(['Unterminated string']);
    expect(errors(String.raw`"abc\"`)).toEqual(['Unterminated string']);
  });
});

describe('templates', () => {
  it.each([
    ['`1${add(1, 1)}3`', '`"1" {add ( int 1 , int 1 )} "3"`'],
    ['`$${5}`', '`"$" {int 5}`'],
    ['`a $b`', '`"a $b"`'],
    ['`${}`', '`{}`'],
    ['`a\\tb`', '`"a\\tb"`'],
    ['`${get(m, \\"k\\")}`', '`{get ( m , "k" )}`'],
    ['`${ {a: 1} }`', '`{{ a : int 1 }}`'],
    ['``````', '``'],
    ['```\n  hi ${name}\n  ```', '`"hi " {name}`'],
    ['```a `b` ${`c ${d}`}```', '`"a `b` " {`"c " {d}`}`'],
  ])('%s', (text, expected) => {
    expect(tokens(text)).toBe(expected);
    expect(errors(text)).toEqual([]);
  });

  it('reports an expression without its closing brace', () => {
    expect(errors('`a ${b`')).toEqual(['Unterminated template expression: ${b']);
  });

  it('knows the place of code inside, across escapes and stripped indentation', () => {
    const text = '`\\n\\u00e9 ${name}` ```\n    x\n    ${other}\n    ```';
    const codes = lex(text).tokens.flatMap((token) =>
      token.kind === 'template'
        ? (token.value as readonly { kind: string; tokens?: readonly Token[] }[]).flatMap(
            (piece) => piece.tokens ?? [],
          )
        : [],
    );
    const names = codes.filter((token) => token.kind === 'ident');
    expect(names.map((token) => text.slice(token.start, token.end))).toEqual(['name', 'other']);
  });
});

describe('placeholders and punctuation', () => {
  it.each([
    ['% %1 %2', '%1 %1 %2'],
    ['%(x)', '%1 ( x )'],
    ['...xs :: / => -> | |> ? !', '... xs :: / => -> | |> ? !'],
    ['a..b', 'a . . b'],
  ])('%s', (text, expected) => {
    expect(tokens(text)).toBe(expected);
  });

  it('says that placeholders count from 1', () => {
    expect(errors('%0')).toEqual(["Invalid placeholder '%0': numbering starts at 1"]);
  });

  it.each(['=', '#', ';', '@', '&', '+', '*', '^', '~', '\\', "'", '- x', '€', '😀'])(
    'refuses %s and goes on after it',
    (text) => {
      const [shown = ''] = text;
      const result = lex(`${text} y`);
      expect(result.errors.map((error) => error.message)).toEqual([
        `Invalid character '${[...text][0] ?? shown}'`,
      ]);
      expect(result.tokens.some((token) => token.text === 'y')).toBe(true);
    },
  );

  it('suggests or() for ??', () => {
    expect(errors('a ?? b')).toEqual([
      "Invalid operator '??': '??' is not supported, consider 'or(value, default)'",
    ]);
  });
});

describe('blanks, newlines and comments', () => {
  it('keeps comments beside the tokens', () => {
    const { tokens: found, comments } = lex('a // one\n/* two\n*/ b /* open');
    expect(found.map((token) => token.text)).toEqual(['a', 'b', '']);
    expect(comments.map((comment) => comment.block)).toEqual([false, true, true]);
  });

  it('notes a line feed before a token, but not one inside a comment', () => {
    const { tokens: found } = lex('a\nb /*\n*/ c');
    expect(found.map((token) => token.newline)).toEqual([false, true, false, false]);
  });
});
