/** `x-mcp-header`: arguments that a caller repeats in a header, for whatever stands between it and us. */
import { isObject, type Schema } from './json-schema';

export interface MirroredArgument {
  /** Names from the arguments inward. */
  readonly path: readonly string[];
  /** As declared; the header is `Mcp-Param-` and this. */
  readonly header: string;
}

const KEY = 'x-mcp-header';
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const TYPES = ['string', 'integer', 'boolean'];

/** Null when one of the declarations can't be followed. */
export function mirroredArguments(schema: Schema): readonly MirroredArgument[] | null {
  const found: MirroredArgument[] = [];
  if (!collect(schema, [], found)) return null;
  // Those that stand elsewhere than in properties of properties have no one value.
  if (countOf(schema) !== found.length) return null;
  const names = new Set(found.map(({ header }) => header.toLowerCase()));
  return names.size === found.length ? found : null;
}

function collect(schema: unknown, path: readonly string[], found: MirroredArgument[]): boolean {
  if (!isObject(schema) || !isObject(schema['properties'])) return true;
  return Object.entries(schema['properties']).every(([name, property]) => {
    if (!isObject(property)) return true;
    const header = property[KEY];
    if (header !== undefined) {
      if (typeof header !== 'string' || !TOKEN.test(header) || !TYPES.includes(String(property['type'])))
        return false;
      found.push({ path: [...path, name], header });
    }
    return collect(property, [...path, name], found);
  });
}

function countOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + countOf(one), 0);
  if (!isObject(value)) return 0;
  return Object.entries(value).reduce((sum, [key, one]) => sum + (key === KEY ? 1 : 0) + countOf(one), 0);
}
