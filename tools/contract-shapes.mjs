/**
 * The shapes of libs/contracts as JSON Schema, for the OpenAPI document of the app's API: the browser reads the types,
 * the document and the tests read these. `node tools/contract-shapes.mjs` writes libs/contracts/src/admin/shapes.json.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '..');
const entry = resolve(root, 'libs/contracts/src/index.ts');
export const shapesFile = resolve(root, 'libs/contracts/src/admin/shapes.json');

/** Envelopes are put on by whoever answers; what a request may carry is said by its route. */
const LEFT_OUT = new Set(['Single', 'Listing', 'ErrorBody', 'ListQuery']);

/** @returns {Record<string, object>} schema by exported name, with references among each other */
export function contractShapes() {
  const program = ts.createProgram([entry], {
    strict: true,
    exactOptionalPropertyTypes: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    skipLibCheck: true,
    noEmit: true,
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const named = new Map();
  for (const exported of checker.getExportsOfModule(checker.getSymbolAtLocation(source))) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    if (
      !(symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias)) ||
      LEFT_OUT.has(exported.name)
    )
      continue;
    if (/(Query|Body)$/.test(exported.name)) continue;
    named.set(exported.name, checker.getDeclaredTypeOfSymbol(symbol));
  }
  // Of two names for one type, the one it was declared under.
  const nameOf = new Map(
    [...named]
      .filter(([name, type]) => !type.symbol || type.aliasSymbol || type.symbol.name === name)
      .map(([name, type]) => [type, name]),
  );

  const schemaOf = (type, isRoot = false) => {
    const name = nameOf.get(type);
    if (name !== undefined && !isRoot) return { $ref: `#/components/schemas/${name}` };
    const { flags } = type;
    if (type.isUnion()) return unionOf(type);
    if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
    if (flags & ts.TypeFlags.BooleanLiteral) return { const: type.intrinsicName === 'true' };
    if (flags & ts.TypeFlags.String) return { type: 'string' };
    if (flags & ts.TypeFlags.Number) return { type: 'number' };
    if (flags & ts.TypeFlags.Boolean) return { type: 'boolean' };
    if (flags & ts.TypeFlags.Null) return { type: 'null' };
    if (checker.isArrayType(type))
      return { type: 'array', items: schemaOf(checker.getTypeArguments(type)[0]) };
    return objectOf(type);
  };

  const unionOf = (type) => {
    const parts = type.types.filter((part) => !(part.flags & ts.TypeFlags.Undefined));
    const literals = parts.filter((part) => part.isStringLiteral());
    const booleans = parts.filter((part) => part.flags & ts.TypeFlags.BooleanLiteral);
    const others = parts.filter((part) => !literals.includes(part) && !booleans.includes(part));
    const options = [
      ...(literals.length > 0 ? [{ type: 'string', enum: literals.map((part) => part.value).sort() }] : []),
      ...(booleans.length === 2 ? [{ type: 'boolean' }] : booleans.map((part) => schemaOf(part))),
      ...others.map((part) => schemaOf(part)),
    ];
    return options.length === 1 ? options[0] : { anyOf: options };
  };

  const objectOf = (type) => {
    const index = checker.getIndexTypeOfType(type, ts.IndexKind.String);
    if (index !== undefined) return { type: 'object', additionalProperties: schemaOf(index) };
    const properties = {};
    const required = [];
    for (const property of checker.getPropertiesOfType(type)) {
      properties[property.name] = schemaOf(checker.getTypeOfSymbol(property));
      const doc = ts.displayPartsToString(property.getDocumentationComment(checker));
      if (doc !== '' && !('$ref' in properties[property.name])) properties[property.name].description = doc;
      if (!(property.flags & ts.SymbolFlags.Optional)) required.push(property.name);
    }
    // Closed: an answer with a field that the contract does not know has drifted from it.
    return { type: 'object', properties, required, additionalProperties: false };
  };

  return Object.fromEntries(
    [...named].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, type]) => [name, schemaOf(type, true)]),
  );
}

export const shapesText = async () =>
  format(JSON.stringify(contractShapes()), { ...(await resolveConfig(shapesFile)), filepath: shapesFile });

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  // No top-level await: Jest loads this file with require().
  void shapesText().then((text) => writeFileSync(shapesFile, text));
}
