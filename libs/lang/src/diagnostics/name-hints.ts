/** Words of other languages that read as names here, and the complaints that follow from them. */
import { lex } from '../lexer/lexer';
import type { SourceFile } from '../source/source-file';

export interface NameHint {
  readonly text: string;
  /** What else is unknown there is unknown for the same reason: offsets from, up to. */
  readonly swallow: readonly [number, number];
}

const WORDS: Readonly<Record<string, string>> = {
  while: 'there are no loops: a function that calls itself, or `map`, `reduce`, `for-each`',
  catch: 'errors are values: `if-err(value, (e) { … })`',
  else: 'the last arm of `cond` is `=> { … }`; a choice is `if(condition, a, b)`',
  elif: 'an arm of `cond` is `condition => { … }`',
  default: 'the default arm is `_ => …`',
  True: 'the word is `true`',
  False: 'the word is `false`',
  None: 'the word is `null`',
  nil: 'the word is `null`',
  NULL: 'the word is `null`',
  undefined: 'the word is `null`',
  this: 'there are no methods: give the value as an argument',
  self: 'there are no methods: give the value as an argument',
  new: 'a value is made by its type: `User({…})`',
};

/** Types as other languages call them, in lower case. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'Str',
  text: 'Str',
  integer: 'Int',
  int: 'Int',
  long: 'Int',
  number: 'Int` or `Dec',
  float: 'Dec',
  double: 'Dec',
  decimal: 'Dec',
  boolean: 'Bool',
  bool: 'Bool',
  array: 'Vec',
  list: 'Vec',
  vector: 'Vec',
  object: 'Map',
  dict: 'Map',
  record: 'Map',
  void: 'Null',
  function: 'Fn',
};

const FUNCTION = /^\s*(?:export\s+)?(?:async\s+)?(?:function|func|fun|def)\s+([\w$-]+)\s*\(/;
const NAME = /'([^']+)'/;

/** Longer ones were written by no beginner. */
const LONGEST_LINE = 300;

/** About a name that is not known. */
export function nameHint(file: SourceFile, start: number, message: string): NameHint | null {
  const name = NAME.exec(message)?.[1];
  if (name === undefined) return null;
  const { text } = file;
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const line = file.lineText(file.placeAt(start).line);
  if (line.length > LONGEST_LINE) return null;
  const until = from + line.length;
  const whole = (said: string, to = until): NameHint => ({ text: said, swallow: [from, to] });

  if (message.startsWith('Type ')) {
    const type = name.toLowerCase();
    const own = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
    if (own !== undefined) return { text: `the type is \`${own}\``, swallow: [start, start] };
  }
  const word = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
  if (word !== undefined) return { text: word, swallow: [start, name === 'catch' ? until : start] };
  if (/^\s*[\w-]+(?:::[\w-]+)+\s+ns\b/.test(line)) {
    return whole('a namespace begins with `::`', text.length);
  }
  if (/^\s*(?:import|from|require|use)\s/.test(line)) {
    return whole('an import is `name ::namespace/name`, an alias `::short ::name::space`');
  }
  const binding = /^\s*(?:let|const|var|val)\s+([\w$-]+)/.exec(line)?.[1];
  if (binding !== undefined) return whole(`a name is bound without a word ahead: \`${binding} value\``);
  if (/^\s*for\s*\(?\s*(?:const\s+|let\s+)?[\w$-]+\s+(?:in|of)\b/.test(line)) {
    return whole(
      'there are no loops: `map(xs, (x) { … })` or `for-each(xs, (x) { … })`',
      blockEnd(file, start),
    );
  }
  // `f(x) { … }` at the top: a call of nothing, followed by a block.
  const own = text.startsWith(`${name}(`, start) && start === from && /^[\w$-]+\([^()]*\)[^()]*\{/.test(line);
  const defined = FUNCTION.exec(line)?.[1] ?? (own ? name : undefined);
  if (defined !== undefined) {
    return whole(`a function is \`${defined} fn (…) { … }\``, blockEnd(file, start));
  }
  const declared = new RegExp(
    `^[ \\t]*(type|enum|struct|class|interface)[ \\t]+${escaped(name)}\\b`,
    'm',
  ).exec(text);
  if (declared) {
    const kind = declared[1] === 'enum' ? 'enum' : 'type';
    return { text: `the name stands first: \`${name} ${kind} { … }\``, swallow: [start, start] };
  }
  return null;
}

const escaped = (name: string): string => name.replace(/[^\w]/g, '\\$&');

/** Behind the brace that closes the first block after the offset; the end of the text without one. */
function blockEnd(file: SourceFile, start: number): number {
  let depth = 0;
  for (const token of lex(file.text).tokens) {
    if (token.start < start) continue;
    if (token.kind === '{') depth++;
    else if (token.kind === '}' && --depth === 0) return token.end;
  }
  return file.text.length;
}
