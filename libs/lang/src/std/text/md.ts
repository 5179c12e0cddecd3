/** `::hot::md`: front matter of documents. */
import { HotMap } from '../../runtime/hot-map';
import { err, type Entry, type Value } from '../../runtime/values';
import { native, type NativeDef } from '../../runtime/native-def';
import { MAX_PARSE_BYTES } from '../limits';
import { parseYaml } from './yaml';
import { YamlError } from './yaml-scalars';

const FN = '::hot::md/parse-frontmatter';

const result = (frontmatter: Value, body: string): Value =>
  HotMap.of([
    ['frontmatter', frontmatter],
    ['body', body],
  ]);

const parseFrontmatter: Entry = (fb, _d, _s, text = null) => {
  if (typeof text !== 'string') return err(`${FN}: argument must be a string`);
  const open = /^\ufeff?---[ \t]*\r?\n/.exec(text);
  if (!open) return result(HotMap.empty, text);
  const rest = text.slice(open[0].length);
  if (rest.length > MAX_PARSE_BYTES) return err(`${FN}: the document is too long`);
  fb.r.spend(fb, rest.length >> 6);
  const close = /^---[ \t]*(?:\r?\n|$)/m.exec(rest);
  if (!close || (close.index > 0 && rest[close.index - 1] !== '\n')) {
    return err(`${FN}: unterminated YAML frontmatter (missing closing '---')`);
  }
  const body = rest.slice(close.index + close[0].length);
  try {
    const value = parseYaml(rest.slice(0, close.index), () => fb.r.spend(fb, 1)) ?? HotMap.empty;
    if (!(value instanceof HotMap)) return err(`${FN}: invalid YAML frontmatter: it is not a mapping`);
    return result(value, body);
  } catch (e) {
    if (e instanceof YamlError) return err(`${FN}: invalid YAML frontmatter: ${e.message}`);
    throw e;
  }
};

export const MD: readonly NativeDef[] = [
  native(FN, {
    pure: true,
    sig: '(s: Str): Map',
    doc: 'The YAML between two lines of `---` at the start of a document, and what follows.',
    s: parseFrontmatter,
  }),
];
