/**
 * One text for all keys that are equal to the language: maps whatever their order, Decs by number (`1.50` is `1.5`),
 * bytes like lists of their numbers; an Int is never a Dec.
 */
class NumberText {
  constructor(readonly text: string) {}
}

/** Of a primitive, the text it was read from; not yet among the types. */
interface ReviverContext {
  readonly source?: string;
}

export function canonicalJson(json: string): string {
  const keep = (_name: string, value: unknown, context?: ReviverContext): unknown =>
    typeof value === 'number' ? new NumberText(context?.source ?? String(value)) : value;
  return write(JSON.parse(json, keep as Parameters<typeof JSON.parse>[1]));
}

function write(value: unknown): string {
  if (value instanceof NumberText) return number(value.text);
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const { $type: type, $val: inner } = value as { readonly $type?: unknown; readonly $val?: unknown };
  if (type === '::hot::type/Byte' && inner instanceof NumberText) return write(inner);
  if (type === '::hot::type/Bytes' && Array.isArray(inner)) return write(inner);
  const entries = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}:${write(one)}`);
  return `{${entries.sort().join(',')}}`;
}

const MAX_INT = 2n ** 63n - 1n;

function number(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  if (!/[.eE]/.test(text) && BigInt(whole) <= MAX_INT) return text;
  const digits = (whole + fraction).replace(/^0+/, '');
  const short = digits.replace(/0+$/, '');
  if (short === '') return '0d';
  const power = Number(exponent) - fraction.length + (digits.length - short.length);
  return `${sign}${short}e${power}d`;
}
