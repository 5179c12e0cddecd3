/** Addresses of webhooks: `<service><path>/<token>`. Pure. */

/** The secret end of an address. */
export function tokenOf(webhookId: string): string {
  return webhookId.slice(-12);
}

export interface AskedAddress {
  /** Service and path together, as they are declared: where the one ends does not matter for finding it. */
  readonly place: string;
  /** What stands where the token should. */
  readonly token: string;
}

/**
 * Reads what comes behind the environment, percent-encoded. One slash at the end is ignored. Null for what can't be an
 * address.
 */
export function readAddress(rest: string): AskedAddress | null {
  const path = rest.endsWith('/') ? rest.slice(0, -1) : rest;
  const at = path.lastIndexOf('/');
  if (at <= 0) return null;
  try {
    const [place, token] = [decodeURIComponent(path.slice(0, at)), decodeURIComponent(path.slice(at + 1))];
    return token === '' ? null : { place: place.includes('/') ? place : `${place}/`, token };
  } catch {
    return null;
  }
}

/** Service and path as `readAddress` tells them. */
export function placeOf({ service, path }: { readonly service: string; readonly path: string }): string {
  return `${service}${path}`;
}

/** Path at the public API that all addresses of the service begin with. */
export function basePathOf(orgSlug: string, envName: string, service: string): string {
  return `/webhook/${[orgSlug, envName, service].map(encodeURIComponent).join('/')}`;
}

/** Path at the public API, its secret end included. */
export function pathOf(
  orgSlug: string,
  envName: string,
  {
    service,
    path,
    webhookId,
  }: { readonly service: string; readonly path: string; readonly webhookId: string },
): string {
  return `${basePathOf(orgSlug, envName, service)}${path === '/' ? '' : encodeURI(path)}/${tokenOf(webhookId)}`;
}

/** A path as it may be recorded and logged. */
export function withoutToken(path: string): string {
  return path.replace(/[^/]+(\/?)$/, '[redacted]$1');
}
