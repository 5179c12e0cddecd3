/** Addresses of webhooks: `<service><path>/<token>`. Pure. */
import { hash } from 'node:crypto';

/** The secret end of an address. */
export function tokenOf(webhookId: string): string {
  return webhookId.slice(-12);
}

/** Names an address where its secret must not be told: whatever becomes of that, it is the same. */
export function endpointIdOf(webhook: {
  readonly projectId: string;
  readonly service: string;
  readonly path: string;
  readonly method: string;
}): string {
  const { projectId, service, path, method } = webhook;
  const hex = hash('sha256', `${projectId} ${method} ${service}${path}`, 'hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
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
