/** `::hot::hex` and `::hot::base64`. */
import { err, type Value } from '../../runtime/values';
import { native, type NativeDef, type NativeOptions } from '../../runtime/native-def';
import { MAX_STRING_BYTES, tooLongString, tooManyBytes } from '../limits';
import { base64Decode, base64Of, billBytes, bytesOf, dataOf, hexDecode, hexOf, NOT_DATA } from './bytes-of';

const E = (name: string, options: NativeOptions): NativeDef =>
  native(`::hot::${name}`, { pure: true, traced: false, ...options });

const NOT_BYTES = 'Argument must be bytes or a vector of bytes';

const HEX_SHARE = 1 / 2;
const BASE64_SHARE = 3 / 4;

/** Billed by the input; `f` gets text and gives bytes, `share` of its length, or says what is wrong. */
function decoding(
  name: string,
  param: string,
  core: boolean,
  doc: string,
  problem: string,
  share: number,
  f: (text: string) => Uint8Array | string,
): NativeDef {
  return E(name, {
    core,
    sig: `(${param}: Str): Bytes`,
    doc,
    s: (fb, _d, _s, v = null) => {
      if (typeof v !== 'string') return err(`${problem}Argument must be a string`);
      billBytes(fb, v.length);
      const tooMany = tooManyBytes(`::hot::${name}`, Math.floor(v.length * share));
      if (tooMany !== null) return tooMany;
      const out = f(v);
      return typeof out === 'string' ? err(`${problem}${out}`) : out;
    },
  });
}

function validity(name: string, doc: string, is: (text: string) => boolean): NativeDef {
  return E(name, {
    sig: '(s: Str): Bool',
    doc,
    plain: true,
    s: (fb, _d, _s, v = null) => {
      if (typeof v !== 'string') return false;
      billBytes(fb, v.length);
      return is(v);
    },
  });
}

function hexText(op: string, data: Uint8Array): Value {
  const size = data.length * 2;
  return size > MAX_STRING_BYTES ? tooLongString(op, size) : hexOf(data);
}

function base64Text(op: string, data: Uint8Array, url = false): Value {
  const size = Math.ceil(data.length / 3) * 4;
  return size > MAX_STRING_BYTES ? tooLongString(op, size) : base64Of(data, url);
}

const orNull = (v: Value | undefined): Value => v ?? null;

export const ENCODINGS: readonly NativeDef[] = [
  E('hex/encode', {
    core: true,
    sig: '(data: Str | Bytes): Str',
    doc: 'Lower-case hexadecimal.',
    s: (fb, _d, _s, v) => {
      const data = dataOf(orNull(v));
      if (data === null) return err(`::hot::hex/encode: ${NOT_DATA}`);
      billBytes(fb, data.length);
      return hexText('::hot::hex/encode', data);
    },
  }),
  decoding(
    'hex/decode',
    'hex-str',
    true,
    'The bytes of hexadecimal digits.',
    '::hot::hex/decode: Invalid hex: ',
    HEX_SHARE,
    hexDecode,
  ),
  validity('hex/is-valid', 'Whether a text is hexadecimal.', (t) => /^(?:[0-9a-fA-F]{2})*$/.test(t)),
  E('base64/encode', {
    sig: '(data: Bytes): Str',
    doc: 'Base64 with padding. Takes bytes only; a Str is converted with Bytes.',
    s: (fb, _d, _s, v) => {
      const data = bytesOf(orNull(v));
      if (data === null) return err(NOT_BYTES);
      billBytes(fb, data.length);
      return base64Text('::hot::base64/encode', data);
    },
  }),
  decoding('base64/decode', 's', false, 'The bytes of base64.', 'Base64 decode error: ', BASE64_SHARE, (t) =>
    base64Decode(t),
  ),
  validity(
    'base64/is-valid',
    'Whether a text is base64 with padding.',
    (t) => typeof base64Decode(t) !== 'string',
  ),
  E('base64/encode-url', {
    sig: '(data: Str | Bytes): Str',
    doc: 'Base64 for addresses: `-` and `_`, no padding.',
    s: (fb, _d, _s, v) => {
      const data = dataOf(orNull(v));
      if (data === null) return err(`::hot::base64/encode-url: ${NOT_DATA}`);
      billBytes(fb, data.length);
      return base64Text('::hot::base64/encode-url', data, true);
    },
  }),
  decoding(
    'base64/decode-url',
    's',
    false,
    'The bytes of base64 for addresses, with padding or without.',
    'Base64 URL decode error: ',
    BASE64_SHARE,
    (t) => base64Decode(t, true),
  ),
];
