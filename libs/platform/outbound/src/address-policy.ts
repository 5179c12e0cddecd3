/**
 * Which addresses may be called. A program of one customer must not reach what only we can: this machine, the networks
 * around it, and the service of a cloud that hands out credentials.
 */
import { isWithin, readIp, readNetwork, type IpGroups, type Network } from './ip';

/** Special-purpose addresses as registered with IANA, and two of clouds that lie in public ranges. */
const NOT_PUBLIC_V4 = networks(
  '0.0.0.0/8', // this host: Linux connects them to itself
  '10.0.0.0/8',
  '100.64.0.0/10', // shared by carriers; one cloud's metadata at 100.100.100.200
  '127.0.0.0/8',
  '168.63.129.16/32', // a cloud's metadata and name service
  '169.254.0.0/16', // link-local, with the metadata of most clouds
  '172.16.0.0/12',
  '192.0.0.0/24', // protocol assignments; one cloud's metadata at 192.0.0.192
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24', // relays of 6to4
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
);

/** Only these are given out to hosts; everything else is reserved, local or multicast. */
const GLOBAL_V6 = networks('2000::/3');
const NOT_PUBLIC_V6 = networks(
  '2001::/23', // protocol assignments, with Teredo's tunnels
  '2001:db8::/32',
  '2002::/16', // 6to4: leads to the IPv4 address inside by way of others' relays
  '2620:4f:8000::/48',
  '3fff::/20',
);
/** The last 32 bits are an IPv4 address, to which the system or a gateway connects instead. */
const EMBEDS_V4 = networks('::/96', '::ffff:0:0/96', '::ffff:0:0:0/96', '64:ff9b::/96');

export interface AddressPolicy {
  readonly allowPrivate: boolean;
  /** Not public, and allowed nevertheless. */
  readonly allowed: readonly Network[];
}

export function mayCall(address: string, policy: AddressPolicy): boolean {
  if (policy.allowPrivate) return true;
  // A zone stands behind link-local addresses only.
  const ip = readIp(address);
  if (ip === null) return false;
  return (
    isPublic(ip) || policy.allowed.some((network) => isWithin(ip, network) || isWithin(inner(ip), network))
  );
}

export function isPublic(ip: IpGroups): boolean {
  if (ip.length === 2) return !NOT_PUBLIC_V4.some((network) => isWithin(ip, network));
  if (EMBEDS_V4.some((network) => isWithin(ip, network))) return isPublic(ip.slice(6));
  if (!GLOBAL_V6.some((network) => isWithin(ip, network))) return false;
  return !NOT_PUBLIC_V6.some((network) => isWithin(ip, network)) && !isIsatap(ip);
}

/** A tunnel to the IPv4 address in its last bits, within any prefix. */
function isIsatap(ip: IpGroups): boolean {
  return ip[5] === 0x5efe && (ip[4] === 0 || ip[4] === 0x0200);
}

function inner(ip: IpGroups): IpGroups {
  return ip.length === 8 && EMBEDS_V4.some((network) => isWithin(ip, network)) ? ip.slice(6) : ip;
}

function networks(...texts: readonly string[]): readonly Network[] {
  return texts.map((text) => {
    const network = readNetwork(text);
    if (network === null) throw new Error(`${text} is no network`);
    return network;
  });
}
