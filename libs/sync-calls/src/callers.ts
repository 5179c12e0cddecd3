/** Who calls a public address. A credential may be presented or not; the program sees whose it is. */
import { AccessRecorder, accessRecordOf, Credentials, parseAuthorization } from '@app/platform/auth';
import { ForbiddenError, newId, UnauthorizedError, type Principal, type RequestPrincipal } from '@app/kernel';
import { ServiceKeyMetadata, ServiceKeyRepository } from '@app/keys';
import { clientIpReader, httpConfig, type ClientIp, type HttpConfig } from '@app/platform/http';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { PublicEnv } from './public-envs';

export interface Caller {
  readonly principal: RequestPrincipal;
  /** JSON text of what programs are told. */
  readonly auth: string;
}

const BEARER = /^bearer(?: |$)/i;

@Injectable()
export class Callers {
  readonly ipOf: ClientIp;
  /**
   * By the principal itself: while a credential is remembered it is one object, and when the credential changes another
   * one takes its place.
   */
  private readonly told = new WeakMap<Principal, Promise<string>>();

  constructor(
    private readonly credentials: Credentials,
    private readonly recorder: AccessRecorder,
    private readonly serviceKeys: ServiceKeyRepository,
    private readonly metadata: ServiceKeyMetadata,
    @Inject(httpConfig.token) config: HttpConfig,
  ) {
    this.ipOf = clientIpReader(config);
  }

  /**
   * Null when nobody presents a credential. Throws UnauthorizedError for one that does not work, ForbiddenError for one
   * of another environment.
   * @param shownPath what may be recorded of the request's path
   */
  async identify(request: FastifyRequest, env: PublicEnv, shownPath?: string): Promise<Caller | null> {
    const header = request.headers.authorization ?? '';
    if (!BEARER.test(header)) return null;
    const principal = await this.credentials.verify(parseAuthorization(header));
    if (principal.envId !== env.envId) {
      throw new ForbiddenError('This credential belongs to another environment');
    }
    const auth = await this.authOf(principal);
    const mine = { ...principal, accessId: newId() };
    this.recorder.record(accessRecordOf(request, mine, this.ipOf, shownPath));
    return { principal: mine, auth };
  }

  /** As `identify`, where somebody must be there. */
  async require(request: FastifyRequest, env: PublicEnv, shownPath?: string): Promise<Caller> {
    const caller = await this.identify(request, env, shownPath);
    if (caller === null) throw new UnauthorizedError();
    return caller;
  }

  private authOf(principal: Principal): Promise<string> {
    let told = this.told.get(principal);
    if (told === undefined) {
      told = this.tell(principal);
      this.told.set(principal, told);
      told.catch(() => this.told.delete(principal));
    }
    return told;
  }

  private async tell({ kind, orgId, envId, credentialId, apiKeyId }: Principal): Promise<string> {
    if (kind !== 'service-key' || apiKeyId === null) return JSON.stringify({ type: kind });
    const row = await this.serviceKeys.find({ orgId, envId, apiKeyId }, credentialId);
    if (row === undefined) throw new UnauthorizedError();
    // Metadata are the customer's own document and stay as they were written.
    const meta =
      row.metadata === null ? 'null' : this.metadata.open({ orgId, envId }, credentialId, row.metadata);
    return `{"type":"service-key","service-key":{"id":"${credentialId}","name":${JSON.stringify(row.name)},"meta":${meta}}}`;
  }
}
