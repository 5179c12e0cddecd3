import { Controller, Get, HttpCode, Inject, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { loginBody, type AuthConfig, type Me } from '@app/contracts';
import { AppError, NotFoundError } from '@app/kernel';
import {
  clientFactsOf,
  CurrentUser,
  ForSignedIn,
  identityConfig,
  isLocalRequest,
  MembershipService,
  Open,
  requestOriginOf,
  SessionCookieWriter,
  SessionService,
  SignInService,
  type IdentityConfig,
  type SignedIn,
} from '@app/identity';
import { processConfig, type ProcessConfig } from '@app/platform/config';
import { JsonBody } from '@app/platform/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AnswersNothing, AnswersOne } from '@app/platform/lists';
import { toMe, type InstallationFacts } from './me.mapper';
import { PasswordGuard } from './password.guard';
import { PRODUCT_VERSION } from './product-version';

/** Signing in and out, and who one is. */
@ApiTags('Sign-in')
@Controller('admin/v1')
export class SignInController {
  constructor(
    private readonly signIn: SignInService,
    private readonly sessions: SessionService,
    private readonly memberships: MembershipService,
    private readonly cookies: SessionCookieWriter,
    @Inject(processConfig.token) private readonly process: ProcessConfig,
    @Inject(identityConfig.token) private readonly config: IdentityConfig,
  ) {}

  /** What the sign-in page needs to know. */
  @Get('auth/config')
  @Open()
  @AnswersOne('AuthConfig', 'What the sign-in page needs to know')
  authConfig(@Req() request: FastifyRequest): AuthConfig {
    return { local_sign_in: this.mayEnterLocally(request), version: PRODUCT_VERSION };
  }

  /** Signs in with email and password. */
  @Post('login')
  @Open()
  @HttpCode(200)
  @UseGuards(PasswordGuard)
  @AnswersOne('Me', 'Signs in with email and password')
  async login(
    @JsonBody(loginBody) _body: unknown,
    @Req() request: FastifyRequest & { readonly user: string },
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Me> {
    return this.enter(request.user, request, reply);
  }

  /** Signs in the local account. Only in development mode and only from a page opened on this machine. */
  @Post('login/local')
  @Open()
  @HttpCode(200)
  @AnswersOne('Me', 'Signs in the local account; only in development, only from this machine')
  async loginLocally(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Me> {
    // As if there were no such route; NotFoundError('Route') would be answered with the methods that it takes.
    if (!this.mayEnterLocally(request)) throw new AppError('not_found', 'Route not found');
    return this.enter(await this.signIn.asLocalUser(), request, reply);
  }

  @Post('logout')
  @ForSignedIn()
  @HttpCode(204)
  @AnswersNothing('Ends this session')
  async logout(
    @CurrentUser() user: SignedIn,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.sessions.end(user);
    this.cookies.clear(reply);
  }

  /** Ends every session of the person, on every machine. */
  @Post('logout/everywhere')
  @ForSignedIn()
  @HttpCode(204)
  @AnswersNothing('Ends every session of the person')
  async logoutEverywhere(
    @CurrentUser() user: SignedIn,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.sessions.endAll(user);
    this.cookies.clear(reply);
  }

  @Get('me')
  @ForSignedIn()
  @AnswersOne('Me', 'Who is signed in, and what they can open')
  async me(@CurrentUser() user: SignedIn): Promise<Me> {
    return toMe(user, await this.memberships.of(user), this.facts);
  }

  private async enter(userId: string, request: FastifyRequest, reply: FastifyReply): Promise<Me> {
    const started = await this.sessions.start(userId, clientFactsOf(request));
    const opened = await this.sessions.open(started.token);
    // Gone between two statements: somebody switched the account off.
    if (opened === undefined) throw new NotFoundError('User');
    this.cookies.write(request, reply, started.token, started.maxAgeSeconds);
    return toMe(opened.user, await this.memberships.of(opened.user), this.facts);
  }

  private mayEnterLocally(request: FastifyRequest): boolean {
    return this.process.mode === 'development' && isLocalRequest(requestOriginOf(request));
  }

  private get facts(): InstallationFacts {
    return {
      apiUrl: this.config.apiUrl ?? `http://localhost:${this.config.apiPort}`,
      development: this.process.mode === 'development',
      version: PRODUCT_VERSION,
    };
  }
}
