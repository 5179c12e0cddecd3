/**
 * Where a request came from. Without trusted proxies the headers are taken at their word, for the record only: nothing
 * is decided by this address then.
 */
import { BlockList, isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { HttpConfig } from './http.config';

export type ClientIp = (request: FastifyRequest) => string | null;

/** Throws when trusted proxies are wanted but none, or none readable, are named. */
export function clientIpReader(
  config: Pick<HttpConfig, 'trustedProxy' | 'trustedProxies' | 'clientIpHeader'>,
): ClientIp {
  if (!config.trustedProxy)
    return (request) => firstOf(request, 'x-forwarded-for') ?? firstOf(request, 'x-real-ip');
  const trusted = blockList(config.trustedProxies);
  const header = config.clientIpHeader.toLowerCase();
  return (request) => {
    const peer = plain(request.socket.remoteAddress ?? '');
    if (!isTrusted(trusted, peer)) return peer === '' ? null : peer;
    const chain = headerText(request, header)
      .split(',')
      .map((part) => plain(part.trim()));
    if (chain.some((address) => isIP(address) === 0)) return peer;
    return chain.findLast((address) => !isTrusted(trusted, address)) ?? chain[0] ?? peer;
  };
}

function firstOf(request: FastifyRequest, header: string): string | null {
  const text = headerText(request, header);
  if (text === '') return null;
  const first = text.split(',', 1)[0]?.trim() ?? '';
  return first === '' ? null : first.slice(0, 64);
}

function headerText(request: FastifyRequest, name: string): string {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : (value ?? '');
}

/** IPv4 addresses that a dual-stack socket shows as IPv6. */
function plain(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}

function isTrusted(trusted: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && trusted.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

function blockList(ranges: readonly string[]): BlockList {
  if (ranges.length === 0) {
    throw new Error('HOT_NETWORK_CLIENT_IP_TRUSTED_PROXY needs HOT_NETWORK_CLIENT_IP_TRUSTED_PROXIES');
  }
  const trusted = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const version = isIP(address);
    const family = version === 4 ? 'ipv4' : 'ipv6';
    const prefix = bits === undefined ? (version === 4 ? 32 : 128) : Number(bits);
    if (version === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > (version === 4 ? 32 : 128)) {
      throw new Error(
        `HOT_NETWORK_CLIENT_IP_TRUSTED_PROXIES holds ${JSON.stringify(range)}, which is no CIDR range`,
      );
    }
    trusted.addSubnet(address, prefix, family);
  }
  return trusted;
}
