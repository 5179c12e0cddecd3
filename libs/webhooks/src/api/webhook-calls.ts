/** A request at an address becomes a call of the function that is declared there. */
import { isGranted } from '@app/access';
import { ForbiddenError, NotFoundError, type Principal } from '@app/kernel';
import { pathOf } from '@app/platform/http';
import {
  Callers,
  PublicEnvs,
  PublicGate,
  readBody,
  requestValue,
  SyncCalls,
  type Caller,
  type PublicEnv,
} from '@app/sync-calls';
import {
  WebhookCatalogue,
  webhooksConfig,
  withoutToken,
  type AskedAddress,
  type ServingWebhook,
  type WebhooksConfig,
} from '@app/webhooks';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { originalUrlOf } from './original-url';
import { responseOf, timedOut, type WebhookResponse } from './webhook-response';

export interface Asked extends AskedAddress {
  readonly orgSlug: string;
  readonly envName: string;
}

@Injectable()
export class WebhookCalls {
  constructor(
    private readonly envs: PublicEnvs,
    private readonly catalogue: WebhookCatalogue,
    private readonly callers: Callers,
    private readonly gate: PublicGate,
    private readonly calls: SyncCalls,
    @Inject(webhooksConfig.token) private readonly config: WebhooksConfig,
  ) {}

  /**
   * Throws NotFoundError with the same words whatever is wrong with the address; UnauthorizedError and ForbiddenError
   * only behind a right one.
   */
  async call(request: FastifyRequest, asked: Asked): Promise<WebhookResponse> {
    const { env, webhook } = await this.find(request, asked);
    const caller = webhook.isPublic ? null : await this.admit(request, env, webhook);
    return this.gate.pass(() => this.run(request, asked, env, webhook, caller));
  }

  private async find(
    request: FastifyRequest,
    asked: Asked,
  ): Promise<{ readonly env: PublicEnv; readonly webhook: ServingWebhook }> {
    const env = await this.envs.find(asked.orgSlug, asked.envName);
    const webhook = env === null ? null : await this.catalogue.find(env.envId, request.method, asked);
    if (env === null || webhook === null) throw new NotFoundError('Webhook endpoint');
    return { env, webhook };
  }

  private async admit(request: FastifyRequest, env: PublicEnv, webhook: ServingWebhook): Promise<Caller> {
    const caller = await this.callers.require(request, env, withoutToken(pathOf(request)));
    const urn = `webhook:${webhook.service}${webhook.path}`;
    if (!isAllowed(caller.principal, urn, webhook.service)) {
      throw new ForbiddenError(`Credential does not have execute permission for ${urn}`);
    }
    return caller;
  }

  private async run(
    request: FastifyRequest,
    asked: Asked,
    env: PublicEnv,
    webhook: ServingWebhook,
    caller: Caller | null,
  ): Promise<WebhookResponse> {
    const url = request.raw.url ?? '';
    const body = await readBody(request.raw);
    const value = requestValue({
      method: request.method,
      url: `/webhook/${env.orgSlug}/${env.envName}/${webhook.service}${webhook.path}`,
      originalUrl: originalUrlOf(request, asked.token),
      rawHeaders: request.raw.rawHeaders,
      secretHeaders: webhook.secretHeaders,
      query: url.includes('?') ? url.slice(url.indexOf('?') + 1) : '',
      body,
      ip: this.callers.ipOf(request),
      auth: caller?.auth ?? null,
    });
    const outcome = await this.calls.call({
      ...env,
      source: 'webhook',
      target: webhook,
      args: `[${value.shown}]`,
      hidden: {
        leaves: value.leaves.map(([at, ...rest]) => [at + 1, ...rest] as const),
        secrets: value.secrets,
      },
      request: 'argument',
      byUserId: webhook.buildByUserId,
      accessId: caller?.principal.accessId ?? null,
      timeoutMs: this.config.timeoutMs,
    });
    return outcome.kind === 'timeout' ? timedOut(this.config.timeoutMs) : responseOf(outcome.run);
  }
}

/** A grant for the bare service stands for all of its addresses. */
function isAllowed({ permissions }: Principal, urn: string, service: string): boolean {
  return (
    isGranted(permissions, urn, 'execute') ||
    Object.entries(permissions).some(
      ([pattern, actions]) =>
        pattern === `webhook:${service}` && (actions.includes('execute') || actions.includes('*')),
    )
  );
}
