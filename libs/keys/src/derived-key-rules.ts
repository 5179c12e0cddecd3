/** What sessions and service keys may be made of. Each throws BadRequestError that names the field. */
import { BadRequestError, type PermissionSet } from '@app/kernel';
import { parsePermissions } from '@app/access';

export const MAX_METADATA_BYTES = 16 * 1024;
export const MAX_NAME_LENGTH = 255;
export const MAX_DESCRIPTION_LENGTH = 2_000;
export const DEFAULT_SESSION_SECONDS = 3_600;
export const MAX_SESSION_SECONDS = 86_400;
/** Some three thousand years: later times have no four-digit year, which clients read. */
export const MAX_SERVICE_KEY_SECONDS = 100_000_000_000;
/** Every process holds the permissions of thousands of credentials in memory. */
export const MAX_PERMISSIONS_BYTES = 64 * 1024;

export function parseDerivedPermissions(untrusted: unknown): PermissionSet {
  const permissions = parsePermissions(untrusted);
  if (Buffer.byteLength(JSON.stringify(permissions)) > MAX_PERMISSIONS_BYTES) {
    throw new BadRequestError(
      `Invalid permissions: permissions must have at most ${MAX_PERMISSIONS_BYTES} bytes`,
    );
  }
  return permissions;
}

/** @param json text of any value; null and the text `null` both mean that there is none */
export function parseMetadata(json: string | null): string | null {
  if (json === null || json === 'null') return null;
  if (Buffer.byteLength(json) > MAX_METADATA_BYTES) {
    throw new BadRequestError(`metadata must have at most ${MAX_METADATA_BYTES} bytes`);
  }
  return json;
}

/** Seconds of a session's life. Never clamped: a caller who asked for more must learn that it did not get it. */
export function parseSessionSeconds(untrusted: unknown): number {
  return parseSeconds(untrusted, MAX_SESSION_SECONDS) ?? DEFAULT_SESSION_SECONDS;
}

/** Null for a key that never expires. */
export function parseServiceKeySeconds(untrusted: unknown): number | null {
  return parseSeconds(untrusted, MAX_SERVICE_KEY_SECONDS);
}

function parseSeconds(untrusted: unknown, max: number): number | null {
  if (untrusted === undefined || untrusted === null) return null;
  if (typeof untrusted !== 'number' || !Number.isInteger(untrusted) || untrusted < 1 || untrusted > max) {
    throw new BadRequestError(`expires_in must be a whole number of seconds from 1 to ${max}`);
  }
  return untrusted;
}

export function parseName(untrusted: unknown): string | null {
  return parseText('name', untrusted, MAX_NAME_LENGTH);
}

export function parseDescription(untrusted: unknown): string | null {
  return parseText('description', untrusted, MAX_DESCRIPTION_LENGTH);
}

function parseText(field: string, untrusted: unknown, maxLength: number): string | null {
  if (untrusted === undefined || untrusted === null) return null;
  if (typeof untrusted !== 'string') throw new BadRequestError(`${field} must be a string`);
  if ([...untrusted].length > maxLength) {
    throw new BadRequestError(`${field} must have at most ${maxLength} characters`);
  }
  // The database keeps no text with these.
  if (/\0|\p{Cs}/u.test(untrusted)) {
    throw new BadRequestError(`${field} must be text without NUL and lone surrogates`);
  }
  return untrusted;
}
