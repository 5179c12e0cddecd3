import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@app/kernel';
import { processConfig, type ProcessConfig } from '@app/platform/config';
import type { FastifyReply, FastifyRequest } from 'fastify';
import '@fastify/cookie';
import { identityConfig, type IdentityConfig } from './identity.config';
import { SESSION_COOKIE_NAMES, sessionCookieFor, sessionTokenFrom } from './session-cookie';

/** Writes and removes the cookie of a session. */
@Injectable()
export class SessionCookieWriter {
  constructor(
    @Inject(processConfig.token) private readonly process: ProcessConfig,
    @Inject(identityConfig.token) private readonly config: IdentityConfig,
  ) {}

  /** Throws when this browser would not keep a cookie over this connection. */
  write(request: FastifyRequest, reply: FastifyReply, token: string, maxAgeSeconds: number): void {
    const cookie = sessionCookieFor({
      secure: isSecure(request, this.config.appUrl),
      host: request.host,
      userAgent: request.headers['user-agent'] ?? '',
      development: this.development,
    });
    if (cookie === undefined) {
      throw new AppError(
        'forbidden',
        'Signing in needs HTTPS: over this connection the browser would not keep the session',
      );
    }
    reply.setCookie(cookie.name, token, {
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure: cookie.secure,
      maxAge: maxAgeSeconds,
    });
  }

  /** Prolongs the cookie that was sent. */
  renew(request: FastifyRequest, reply: FastifyReply, maxAgeSeconds: number): void {
    const token = sessionTokenFrom(request.cookies, this.development);
    if (token !== undefined) this.write(request, reply, token, maxAgeSeconds);
  }

  clear(reply: FastifyReply): void {
    for (const name of SESSION_COOKIE_NAMES) {
      reply.clearCookie(name, {
        path: '/',
        httpOnly: true,
        sameSite: 'lax',
        secure: name.startsWith('__Host-'),
      });
    }
  }

  private get development(): boolean {
    return this.process.mode === 'development';
  }
}

/**
 * Whether the browser speaks HTTPS, to us or to a proxy in front of us. The proxy's header is believed: who lies in it
 * only gets a cookie of their own that their browser drops.
 */
const isSecure = (request: FastifyRequest, appUrl: string | undefined): boolean =>
  request.protocol === 'https' ||
  request.headers['x-forwarded-proto'] === 'https' ||
  (appUrl?.startsWith('https://') ?? false);
