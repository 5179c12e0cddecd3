import type { EnumDef, Field, TypeDef, Variant } from '../syntax/ast';
import type { Cursor } from './cursor';
import { parseFn } from './functions';
import { isLiteral, parseType, startsType } from './types';

/** "type" type-def; the current token is the keyword. */
export function parseTypeDef(p: Cursor): TypeDef | EnumDef {
  const { start } = p.advance();
  return parseTypeBody(p, start);
}

/** What follows the keyword, and the metadata that may stand behind it. */
export function parseTypeBody(p: Cursor, start: number): TypeDef | EnumDef {
  const none = { fields: [], constructors: null, alias: null, open: false };
  if (p.is('{')) {
    const fields = parseFields(p);
    const constructors = p.isKeyword('fn') ? parseFn(p) : null;
    const form = fields.length === 0 ? 'marker' : 'struct';
    return { ...none, kind: 'type-def', form, fields, constructors, ...p.spanFrom(start) };
  }
  if (p.isKeyword('fn')) {
    const constructors = parseFn(p);
    return { ...none, kind: 'type-def', form: 'functions', constructors, ...p.spanFrom(start) };
  }
  if (p.is('|')) return parseOldEnum(p, start);
  if (p.token.newline) return { ...none, kind: 'type-def', form: 'marker', ...p.spanFrom(start) };
  if (isOpenModifier(p)) {
    p.advance();
    p.eat('|');
    const alias = parseType(p);
    return { ...none, kind: 'type-def', form: 'alias', alias, open: true, ...p.spanFrom(start) };
  }
  if (startsType(p.token) && !isMetaWord(p)) {
    const alias = parseType(p);
    return { ...none, kind: 'type-def', form: 'alias', alias, ...p.spanFrom(start) };
  }
  return { ...none, kind: 'type-def', form: 'marker', ...p.spanFrom(start) };
}

function isMetaWord(p: Cursor): boolean {
  return p.is('ident') && p.token.text === 'meta';
}

/** `open` is a modifier only when a literal or `|` follows. */
function isOpenModifier(p: Cursor): boolean {
  return p.is('ident') && p.token.text === 'open' && (p.at(1).kind === '|' || isLiteral(p.at(1)));
}

/** "{" [ field { "," field } ] "}" */
function parseFields(p: Cursor): readonly Field[] {
  p.advance();
  const fields: Field[] = [];
  while (!p.is('}') && !p.is('eof')) {
    const before = p.position;
    const field = parseField(p);
    if (field) {
      if (fields.some((other) => other.name.text === field.name.text)) {
        p.complain(`Field '${field.name.text}' is declared twice`, field.name);
      }
      fields.push(field);
    }
    if (!p.eat(',') && !p.is('}')) {
      p.unexpected("',' or '}'");
      p.skipToListBoundary();
      if (!p.eat(',')) break;
    }
    if (p.position === before) break;
  }
  p.expect('}', "'}' after the fields");
  return fields;
}

function parseField(p: Cursor): Field | null {
  const { start } = p.token;
  if (!p.is('ident') && !p.is('keyword') && !p.is('true') && !p.is('false') && !p.is('null')) {
    p.unexpected('a field name');
    p.skipToListBoundary();
    return null;
  }
  const name = p.word(p.advance());
  if (!p.expect(':', "':' and a type")) {
    p.skipToListBoundary();
    return null;
  }
  const type = parseType(p);
  return { name, type, ...p.spanFrom(start) };
}

/** "enum" [ "open" ] "{" [ variant { "," variant } ] "}" */
export function parseEnumDef(p: Cursor): EnumDef {
  const { start } = p.advance();
  return parseEnumBody(p, start);
}

export function parseEnumBody(p: Cursor, start: number): EnumDef {
  const open = p.is('ident') && p.token.text === 'open' && p.at(1).kind === '{';
  if (open) p.advance();
  const variants: Variant[] = [];
  if (p.expect('{', "'{' with the variants")) {
    while (!p.is('}') && !p.is('eof')) {
      const before = p.position;
      const variant = parseVariant(p);
      if (variant) addVariant(p, variants, variant);
      if (!p.eat(',') && !p.is('}')) {
        p.unexpected("',' or '}'");
        p.skipToListBoundary();
        if (!p.eat(',')) break;
      }
      if (p.position === before) break;
    }
    p.expect('}', "'}' after the variants");
    if (variants.length === 0 && !open) p.error('Expected at least one variant in enum', p.spanFrom(start));
  }
  return { kind: 'enum-def', open, variants, ...p.spanFrom(start) };
}

/** "|" variant { "|" variant }: the older spelling of an enum. */
function parseOldEnum(p: Cursor, start: number): EnumDef {
  const variants: Variant[] = [];
  while (p.eat('|')) {
    const variant = parseVariant(p);
    if (!variant) break;
    addVariant(p, variants, variant);
  }
  return { kind: 'enum-def', open: false, variants, ...p.spanFrom(start) };
}

function addVariant(p: Cursor, variants: Variant[], variant: Variant): void {
  if (variants.some((other) => other.name.text === variant.name.text)) {
    p.complain(`Variant '${variant.name.text}' is declared twice`, variant.name);
  }
  variants.push(variant);
}

/** variant = identifier [ "(" identifier ")" ] */
function parseVariant(p: Cursor): Variant | null {
  const { start } = p.token;
  if (!p.is('ident') && !p.is('keyword')) {
    p.unexpected('a variant name');
    p.skipToListBoundary();
    return null;
  }
  const name = p.word(p.advance());
  if (!p.is('(')) return { name, payload: null, ...p.spanFrom(start) };
  p.advance();
  const payload = p.is('ident') ? p.word(p.advance()) : null;
  if (!payload) p.unexpected('the name of the payload type');
  if (!p.is(')')) {
    p.unexpected("')' (the payload type is one bare name)");
    p.skipToListBoundary();
  }
  p.eat(')');
  return { name, payload, ...p.spanFrom(start) };
}
