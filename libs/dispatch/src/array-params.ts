/**
 * Array parameters in PostgreSQL's binary format. As text, every element is escaped, copied and parsed again, which for
 * JSON documents, full of quotes, costs more than the statement's own work on them.
 *
 * array = i32 dimensions | i32 has nulls | i32 element type | i32 length | i32 lower bound | elements; element = i32
 * length (-1 null) | bytes.
 */
const OID = { uuid: 2950, text: 25, int2: 21, int4: 23, int8: 20, float8: 701, bytea: 17, bool: 16 } as const;
const HEAD_BYTES = 20;
const EMPTY_HEAD_BYTES = 12;
const NULL = -1;
const DASH = 0x2d;

type Maybe<T> = readonly (T | null)[];

export const uuids = (values: Maybe<string>): Buffer =>
  fixed(OID.uuid, 16, values, (buffer, value, at) => {
    writeUuid(buffer, value, at);
  });
export const smallints = (values: Maybe<number>): Buffer =>
  fixed(OID.int2, 2, values, (buffer, value, at) => buffer.writeInt16BE(value, at));
export const ints = (values: Maybe<number>): Buffer =>
  fixed(OID.int4, 4, values, (buffer, value, at) => buffer.writeInt32BE(value, at));
/** Of safe integers. */
export const bigints = (values: Maybe<number>): Buffer =>
  fixed(OID.int8, 8, values, (buffer, value, at) => {
    const high = Math.floor(value / 0x1_0000_0000);
    buffer.writeInt32BE(high, at);
    buffer.writeUInt32BE(value - high * 0x1_0000_0000, at + 4);
  });
export const doubles = (values: Maybe<number>): Buffer =>
  fixed(OID.float8, 8, values, (buffer, value, at) => buffer.writeDoubleBE(value, at));
export const booleans = (values: Maybe<boolean>): Buffer =>
  fixed(OID.bool, 1, values, (buffer, value, at) => buffer.writeUInt8(value ? 1 : 0, at));

export function texts(values: Maybe<string>): Buffer {
  const lengths = values.map((value) => (value === null ? NULL : Buffer.byteLength(value)));
  return variable(OID.text, lengths, (buffer, index, at) => {
    buffer.write(values[index] ?? '', at, 'utf8');
  });
}

export function byteas(values: Maybe<Uint8Array>): Buffer {
  const lengths = values.map((value) => value?.length ?? NULL);
  return variable(OID.bytea, lengths, (buffer, index, at) => {
    const value = values[index];
    if (value) buffer.set(value, at);
  });
}

function fixed<T>(
  oid: number,
  bytes: number,
  values: Maybe<T>,
  write: (buffer: Buffer, value: T, at: number) => void,
): Buffer {
  let nulls = 0;
  for (const value of values) if (value === null) nulls += 1;
  const buffer = head(oid, values.length, nulls > 0, values.length * (4 + bytes) - nulls * bytes);
  let at = HEAD_BYTES;
  for (const value of values) {
    buffer.writeInt32BE(value === null ? NULL : bytes, at);
    at += 4;
    if (value === null) continue;
    write(buffer, value, at);
    at += bytes;
  }
  return buffer;
}

function variable(
  oid: number,
  lengths: readonly number[],
  write: (buffer: Buffer, index: number, at: number) => void,
): Buffer {
  let bytes = 0;
  let hasNulls = false;
  for (const length of lengths) {
    bytes += 4 + Math.max(0, length);
    hasNulls ||= length === NULL;
  }
  const buffer = head(oid, lengths.length, hasNulls, bytes);
  let at = HEAD_BYTES;
  lengths.forEach((length, index) => {
    buffer.writeInt32BE(length, at);
    at += 4;
    if (length <= 0) return;
    write(buffer, index, at);
    at += length;
  });
  return buffer;
}

function head(oid: number, count: number, hasNulls: boolean, bytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(count === 0 ? EMPTY_HEAD_BYTES : HEAD_BYTES + bytes);
  buffer.writeInt32BE(count === 0 ? 0 : 1, 0);
  buffer.writeInt32BE(hasNulls ? 1 : 0, 4);
  buffer.writeInt32BE(oid, 8);
  if (count === 0) return buffer;
  buffer.writeInt32BE(count, 12);
  buffer.writeInt32BE(1, 16);
  return buffer;
}

function writeUuid(buffer: Buffer, text: string, at: number): void {
  let written = 0;
  let high = -1;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === DASH) continue;
    const digit = hexDigit(code);
    if (digit < 0) throw notAUuid(text);
    if (high < 0) high = digit;
    else {
      if (written < 16) buffer[at + written] = high * 16 + digit;
      written += 1;
      high = -1;
    }
  }
  if (written !== 16 || high >= 0) throw notAUuid(text);
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  return code >= 0x41 && code <= 0x46 ? code - 0x37 : -1;
}

/** The failure that PostgreSQL would report: a group is split by it, so that only the row concerned fails. */
function notAUuid(text: string): Error {
  return Object.assign(new Error(`not a UUID: ${text.slice(0, 64)}`), { code: '22P02' });
}
