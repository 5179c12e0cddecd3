/** Where a request goes: the parts of its URL that decide it. */
import { isIP } from 'node:net';
import { OutboundError } from './outbound-error';

export interface Destination {
  readonly url: URL;
  readonly isTls: boolean;
  /** Name or address without brackets. */
  readonly host: string;
  readonly isAddress: boolean;
  readonly port: number;
  /** From credentials in the URL; the URL itself holds none any more. */
  readonly authorization: string | null;
}

/** Of the other protocols that answer to text sent at them; the list of the Fetch standard. */
const OTHER_PROTOCOLS = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
  109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
  526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049,
  3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);
const MAX_URL_CHARS = 64 * 1024;

/**
 * The URL standard reads hosts as sockets would: octal, hexadecimal, short and wide spellings of an IPv4 address become
 * the address.
 * @param base what a relative URL is relative to
 */
export function destinationOf(text: string, base: URL | null = null): Destination {
  if (text.length > MAX_URL_CHARS) throw new OutboundError('invalid', 'invalid URL: too long');
  const url = URL.parse(text, base?.href);
  if (url === null) throw new OutboundError('invalid', 'invalid URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new OutboundError('invalid', 'URL scheme must be http or https');
  const authorization = basicOf(url);
  url.username = '';
  url.password = '';
  url.hash = '';
  const isTls = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    url,
    isTls,
    host,
    isAddress: isIP(host) !== 0,
    port: url.port === '' ? (isTls ? 443 : 80) : Number(url.port),
    authorization,
  };
}

export function isPortForHttp(port: number): boolean {
  return !OTHER_PROTOCOLS.has(port);
}

function basicOf({ username, password }: URL): string | null {
  if (username === '' && password === '') return null;
  return `Basic ${Buffer.from(`${plain(username)}:${plain(password)}`).toString('base64')}`;
}

function plain(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded; // a percent sign that encodes nothing stands for itself
  }
}
