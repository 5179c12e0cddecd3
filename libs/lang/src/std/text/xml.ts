/** `::hot::xml`. */
import { display } from '../../runtime/display';
import { HotMap } from '../../runtime/hot-map';
import { shortTypeOf } from '../../runtime/types';
import { err, Res, Tagged, type Entry, type Value } from '../../runtime/values';
import { native, type NativeDef } from '../../runtime/native-def';
import { utf8Length } from '../../source/utf8';
import { MAX_PARSE_BYTES, MAX_STRING_BYTES, tooLongString } from '../limits';
import { parseXml, XmlError, type Element } from './xml-parse';

const MAX_DEPTH = 256;

const elementValue = (e: Element): Value =>
  HotMap.of([
    ['tag', e.tag],
    ['attrs', HotMap.of(e.attrs)],
    ['content', e.content.map((item): Value => (typeof item === 'string' ? item : elementValue(item)))],
  ]);

const fromXml: Entry = (fb, _d, _s, text = null) => {
  if (typeof text !== 'string')
    return err(`Failed to parse XML: expected a string, got ${shortTypeOf(text)}`);
  if (text.length > MAX_PARSE_BYTES / 4 && utf8Length(text) > MAX_PARSE_BYTES) {
    return err(
      `from-xml: refusing to parse input of ${utf8Length(text)} bytes (limit ${MAX_PARSE_BYTES}). Raise HOT_MAX_PARSE_INPUT_BYTES if this is intentional.`,
    );
  }
  fb.r.spend(fb, text.length >> 5);
  try {
    return elementValue(parseXml(text, () => fb.r.spend(fb, 2)));
  } catch (e) {
    if (e instanceof XmlError) return err(`Failed to parse XML: ${e.message}`);
    throw e;
  }
};

// ---- writing ----------------------------------------------------------------------------------------------------------

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (c) => ESCAPES[c] ?? c);
/** What would end a name, and with it what follows. */
const isName = (v: Value): v is string => typeof v === 'string' && /^[^\s<>&"'/=]+$/.test(v);

const mapOf = (v: Value): HotMap | null =>
  v instanceof HotMap
    ? v
    : v instanceof Tagged && !(v instanceof Res) && v.val instanceof HotMap
      ? v.val
      : null;

const attrsOf = (xml: HotMap): Value => xml.getStr('attrs') ?? HotMap.empty;
const contentOf = (xml: HotMap): Value => xml.getStr('content') ?? [];

class Writer {
  out = '';

  /** Throws XmlError. */
  element(v: Value, depth: number): void {
    const xml = mapOf(v);
    if (xml === null) throw new XmlError(`expected an Xml or a Str, got ${shortTypeOf(v)}`);
    if (depth > MAX_DEPTH) throw new XmlError(`nesting depth exceeds ${MAX_DEPTH} levels`);
    const tag = xml.getStr('tag') ?? null;
    if (!isName(tag)) throw new XmlError(tag === null ? 'tag is required' : 'tag is not a name');
    this.out += `<${tag}`;
    this.attributes(attrsOf(xml));
    const content = contentOf(xml);
    if (!Array.isArray(content)) throw new XmlError(`content must be a Vec, got ${shortTypeOf(content)}`);
    if (content.length === 0) {
      this.out += '/>';
      return;
    }
    this.out += '>';
    for (const item of content) {
      if (typeof item === 'string') this.out += escaped(item);
      else this.element(item, depth + 1);
      if (this.out.length > MAX_STRING_BYTES) throw new XmlError('the text is too long');
    }
    this.out += `</${tag}>`;
  }

  private attributes(attrs: Value): void {
    const map = mapOf(attrs);
    if (map === null) throw new XmlError(`attrs must be a Map, got ${shortTypeOf(attrs)}`);
    for (let i = 0; i < map.size; i++) {
      const name = map.keyAt(i);
      if (!isName(name)) throw new XmlError('an attribute is not a name');
      this.out += ` ${name}="${escaped(display(map.valueAt(i), null))}"`;
    }
  }
}

const toXml: Entry = (fb, _d, _s, xml = null) => {
  const writer = new Writer();
  try {
    writer.element(xml, 0);
  } catch (e) {
    if (e instanceof XmlError) return err(`Failed to serialize to XML: ${e.message}`);
    throw e;
  }
  fb.r.spend(fb, writer.out.length >> 5);
  return writer.out.length > MAX_STRING_BYTES / 4 && utf8Length(writer.out) > MAX_STRING_BYTES
    ? tooLongString('to-xml', utf8Length(writer.out))
    : writer.out;
};

// ---- walking ----------------------------------------------------------------------------------------------------------

/** Child elements as they are, typed or not. */
function elementsOf(xml: HotMap, tag: Value): Value[] {
  const content = contentOf(xml);
  return Array.isArray(content) ? content.filter((c) => mapOf(c)?.getStr('tag') === tag) : [];
}

function X(
  name: string,
  sig: string,
  doc: string,
  f: (xml: HotMap, arg: Value, self: Value) => Value,
): NativeDef {
  return native(`::hot::xml/${name}`, {
    core: true,
    pure: true,
    traced: false,
    sig,
    doc,
    s: (_fb, _d, _s, v = null, arg = null) => {
      const xml = mapOf(v);
      return xml === null ? err('Expected an Xml map structure') : f(xml, arg, v);
    },
  });
}

function at(self: Value, segments: Value): Value {
  if (!Array.isArray(segments)) return err(`at expects a Vec of tags, got ${shortTypeOf(segments)}`);
  let here = self;
  for (const tag of segments) {
    const xml = mapOf(here);
    const next = xml === null ? undefined : elementsOf(xml, tag)[0];
    if (next === undefined) return null;
    here = next;
  }
  return here;
}

export const XML: readonly NativeDef[] = [
  native('::hot::xml/from-xml', {
    core: true,
    pure: true,
    sig: '(value: Str): Xml',
    doc: 'The root element of an XML text as a Map of tag, attrs and content.',
    s: fromXml,
  }),
  native('::hot::xml/to-xml', {
    core: true,
    pure: true,
    sig: '(xml: Xml): Str',
    doc: 'XML text without declaration and indentation.',
    s: toXml,
  }),
  X(
    'child',
    '(xml: Xml, tag: Str): Xml?',
    'The first child of that tag.',
    (xml, tag) => elementsOf(xml, tag)[0] ?? null,
  ),
  X('children', '(xml: Xml, tag: Str): Vec<Xml>', 'All children of that tag.', elementsOf),
  X('text', '(xml: Xml): Str', 'The text directly in the element.', (xml) => {
    const content = contentOf(xml);
    return Array.isArray(content) ? content.filter((c) => typeof c === 'string').join('') : '';
  }),
  X('attr', '(xml: Xml, name: Str): Str?', 'An attribute, or null.', (xml, name) => {
    const value = mapOf(attrsOf(xml))?.get(name) ?? null;
    return value === null || typeof value === 'string' ? value : display(value, null);
  }),
  X(
    'at',
    '(xml: Xml, segments: Vec<Str>): Xml?',
    'The element down a path of tags.',
    (_xml, segments, self) => at(self, segments),
  ),
];
