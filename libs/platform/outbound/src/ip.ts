/** Addresses as numbers. */

/** Eight groups of 16 bits; an IPv4 address has two. */
export type IpGroups = readonly number[];

/** Of an address as resolvers and sockets write it, or as it stands in a URL's brackets; null when it is none. */
export function readIp(text: string): IpGroups | null {
  return text.includes(':') ? readV6(text) : readV4(text);
}

/** Four plain decimal numbers only: other spellings have been made into these by the URL parser, or are names. */
function readV4(text: string): IpGroups | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return null;
  const bytes = match.slice(1).map(Number);
  if (bytes.some((byte, i) => byte > 255 || String(byte) !== match[i + 1])) return null;
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  return [a * 256 + b, c * 256 + d];
}

function readV6(text: string): IpGroups | null {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const v4 = tail === null ? null : readV4(tail[2] ?? '');
  if (tail !== null && v4 === null) return null;
  const hex =
    tail === null || v4 === null ? text : `${tail[1] ?? ''}${v4.map((n) => n.toString(16)).join(':')}`;
  const halves = hex.split('::');
  if (halves.length > 2) return null;
  const [left, right] = halves.map(groupsOf);
  if (left === null || left === undefined || right === null) return null;
  if (right === undefined) return left.length === 8 ? left : null;
  const missing = 8 - left.length - right.length;
  return missing < 1 ? null : [...left, ...Array.from({ length: missing }, () => 0), ...right];
}

function groupsOf(text: string): number[] | null {
  if (text === '') return [];
  const parts = text.split(':');
  return parts.every((part) => /^[0-9a-f]{1,4}$/i.test(part))
    ? parts.map((part) => parseInt(part, 16))
    : null;
}

/** All addresses that begin with the same bits. */
export interface Network {
  readonly base: IpGroups;
  readonly bits: number;
}

/** Of `10.0.0.0/8`, `fd00::/8`, or one address; null when it is none of them. */
export function readNetwork(text: string): Network | null {
  const [address = '', bitsText, ...more] = text.trim().split('/');
  const base = readIp(address);
  if (base === null || more.length > 0) return null;
  const width = base.length * 16;
  if (bitsText === undefined) return { base, bits: width };
  const bits = /^\d{1,3}$/.test(bitsText) ? Number(bitsText) : Number.NaN;
  return bits <= width ? { base, bits } : null;
}

export function isWithin(ip: IpGroups, { base, bits }: Network): boolean {
  if (ip.length !== base.length) return false;
  for (let i = 0, left = bits; left > 0; i += 1, left -= 16) {
    const shift = Math.max(0, 16 - left);
    if ((ip[i] ?? 0) >> shift !== (base[i] ?? 0) >> shift) return false;
  }
  return true;
}
