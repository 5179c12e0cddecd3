import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@app/kernel';
import { processConfig, type ProcessConfig } from '@app/platform/config';
import type { FastifyReply, FastifyRequest } from 'fastify';
import '@fastify/cookie';
import { SESSION_COOKIE_NAMES, sessionCookieFor, sessionTokenFrom } from './session-cookie';

/** Writes and removes the cookie of a session. */
@Injectable()
export class SessionCookieWriter {
  constructor(@Inject(processConfig.token) private readonly process: ProcessConfig) {}

  /** Throws when this browser would not keep a cookie over this connection. */
  write(request: FastifyRequest, reply: FastifyReply, token: string, maxAgeSeconds: number): void {
    const cookie = sessionCookieFor({
      secure: request.protocol === 'https',
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
