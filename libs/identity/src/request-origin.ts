/** What of a request decides whether it may come from another site, and where its browser sits. */
export interface RequestOrigin {
  readonly protocol: string;
  /** Host header as received, with port. */
  readonly host: string;
  readonly origin: string | undefined;
  readonly secFetchSite: string | undefined;
  readonly remoteAddress: string;
  /** Whether a proxy passed the request on. */
  readonly forwarded: boolean;
}

/**
 * Whether a write comes from our own pages. Browsers send Origin with every POST, PUT, PATCH and DELETE; programs send
 * none and are then held to the CSRF token alone.
 */
export function isSameOrigin(request: RequestOrigin, appUrl?: string): boolean {
  if (request.origin !== undefined) {
    if (appUrl !== undefined && request.origin === originOf(appUrl)) return true;
    // Compared by host, not by protocol: behind a proxy that ends TLS the protocol is not the browser's.
    return hostOf(request.origin) === request.host.toLowerCase();
  }
  return (
    request.secFetchSite === undefined ||
    request.secFetchSite === 'same-origin' ||
    request.secFetchSite === 'none'
  );
}

/**
 * Whether the request was made on this machine, by a page of this machine. The address alone is not enough: a foreign
 * page whose name was rebound to 127.0.0.1 is same-origin to itself and connects from here, but under its own host name;
 * and a proxy on this machine connects from here for anybody.
 */
export function isLocalRequest(request: RequestOrigin): boolean {
  return !request.forwarded && isLoopbackAddress(request.remoteAddress) && isLoopbackHost(request.host);
}

export function isLoopbackAddress(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
  return plain === '::1' || /^127(\.\d{1,3}){3}$/.test(plain);
}

/** Whether a Host header names this machine, whatever the port. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/:\d+$/, '');
  return name === 'localhost' || name === '[::1]' || name.endsWith('.localhost') || isLoopbackAddress(name);
}

const originOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).origin : undefined);

// "null" (sandboxed frames, file pages) cannot be parsed and equals no host.
const hostOf = (origin: string): string | undefined =>
  URL.canParse(origin) ? new URL(origin).host.toLowerCase() : undefined;
