import { isLoopbackHost } from './request-origin';

// __Host-: only over HTTPS, only this host, only path /, so no sibling domain can plant one.
const SECURE_NAME = '__Host-hot_session';
// For plain HTTP in development, where browsers refuse Secure cookies.
const PLAIN_NAME = 'hot_session_dev';

export interface CookieContext {
  readonly secure: boolean;
  readonly host: string;
  readonly userAgent: string;
  readonly development: boolean;
}

export interface SessionCookie {
  readonly name: string;
  readonly secure: boolean;
}

/**
 * Which cookie this browser can keep. Over HTTPS the protected one. Over plain HTTP on this machine also, because
 * browsers treat localhost as trustworthy; Safari does not. Over plain HTTP elsewhere only in development, and only the
 * plain one. undefined: none would be kept, and signing in cannot work.
 */
export function sessionCookieFor(context: CookieContext): SessionCookie | undefined {
  const protectedCookie: SessionCookie = { name: SECURE_NAME, secure: true };
  if (context.secure) return protectedCookie;
  if (isLoopbackHost(context.host) && !isSafari(context.userAgent)) return protectedCookie;
  return context.development ? { name: PLAIN_NAME, secure: false } : undefined;
}

/** The token a browser sent. The plain cookie counts only where it could have been set. */
export function sessionTokenFrom(
  cookies: Readonly<Record<string, string | undefined>>,
  development: boolean,
): string | undefined {
  return cookies[SECURE_NAME] ?? (development ? cookies[PLAIN_NAME] : undefined);
}

/** Both names, so that signing out leaves neither behind. */
export const SESSION_COOKIE_NAMES = [SECURE_NAME, PLAIN_NAME] as const;

const isSafari = (userAgent: string): boolean =>
  userAgent.includes('Safari/') && !/Chrom|Android|Edg|FxiOS/.test(userAgent);
