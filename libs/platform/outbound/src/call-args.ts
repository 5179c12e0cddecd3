/** Arguments of calls of programs: JSON text, with bytes as base64 under their tag. */
import { OutboundError } from './outbound-error';

const BYTES = '::hot::type/Bytes';

export type Args = Readonly<Record<string, unknown>>;

export function readArgs(json: string): Args {
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new OutboundError('invalid', 'the arguments must be a map');
  return value as Args; // an object, and its members are looked at one by one
}

export function readHeaders(value: unknown): readonly (readonly [string, string])[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new OutboundError('invalid', 'headers must be a list');
  return value.map((pair: unknown): readonly [string, string] => {
    if (!Array.isArray(pair)) throw new OutboundError('invalid', 'a header must be a name and a value');
    const [name, text] = pair as readonly unknown[];
    if (typeof name !== 'string' || typeof text !== 'string')
      throw new OutboundError('invalid', 'a header must be a name and a value');
    return [name, text];
  });
}

export function readBytes(value: unknown): Uint8Array | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'object' && '$type' in value && value.$type === BYTES && '$val' in value) {
    const { $val } = value;
    if (typeof $val === 'string') return Buffer.from($val, 'base64');
    if (Array.isArray($val) && $val.every((each) => Number.isInteger(each)))
      return Uint8Array.from($val as number[]);
  }
  throw new OutboundError('invalid', 'body must be bytes or null');
}

export function bytesJson(bytes: Buffer): string {
  return `{"$type":"${BYTES}","$val":"${bytes.toString('base64')}"}`;
}

/** What is asked for, cut to the limit. */
export function atMost(limit: number, asked: unknown): number {
  return typeof asked === 'number' && asked > 0 ? Math.min(limit, Math.ceil(asked)) : limit;
}
