/** A request at an address becomes a call of the function that is declared there. */
import { isGranted } from '@app/access';
import { ForbiddenError, NotFoundError, type Principal } from '@app/kernel';
import { pathOf } from '@app/platform/http';
import {
  Callers,
  PublicBudget,
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
  readAddress,
  withoutToken,
  type ServingWebhook,
  type WebhooksConfig,
} from '@app/webhooks';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { originalUrlOf } from './original-url';
import { responseOf, timedOut, type WebhookResponse } from './webhook-response';

interface Found {
  readonly env: PublicEnv;
  readonly webhook: ServingWebhook;
  /** As it was asked for. */
  readonly token: string;
}

@Injectable()
export class WebhookCalls {
  constructor(
    private readonly envs: PublicEnvs,
    private readonly catalogue: WebhookCatalogue,
    private readonly callers: Callers,
    private readonly budget: PublicBudget,
    private readonly gate: PublicGate,
    private readonly calls: SyncCalls,
    @Inject(webhooksConfig.token) private readonly config: WebhooksConfig,
  ) {}

  /**
   * Throws NotFoundError with the same words whatever is wrong with the address; UnauthorizedError and ForbiddenError
   * only behind a right one.
   */
  async call(request: FastifyRequest): Promise<WebhookResponse> {
    const found = await this.find(request);
    const caller = found.webhook.isPublic ? null : await this.admit(request, found);
    await this.budget.admit(found.env);
    return this.budget.hold(found.env, () => this.gate.pass(() => this.run(request, found, caller)));
  }

  private async find(request: FastifyRequest): Promise<Found> {
    // As it was received: decoding comes after taking it apart.
    const parts = pathOf(request).split('/').slice(2);
    const { boundHost } = request;
    const short = boundHost ? await this.findIn(request, await this.envs.byId(boundHost.envId), parts) : null;
    const long = short ?? (await this.findByNames(request, parts));
    if (long === null) throw new NotFoundError('Webhook endpoint');
    return long;
  }

  private async findByNames(request: FastifyRequest, parts: readonly string[]): Promise<Found | null> {
    const [orgSlug = '', envName = '', ...rest] = parts;
    const env = await this.envs.find(decoded(orgSlug), decoded(envName));
    const { boundHost } = request;
    return boundHost && env?.envId !== boundHost.envId ? null : this.findIn(request, env, rest);
  }

  private async findIn(
    request: FastifyRequest,
    env: PublicEnv | null,
    rest: readonly string[],
  ): Promise<Found | null> {
    const asked = readAddress(rest.join('/'));
    if (env === null || asked === null) return null;
    const webhook = await this.catalogue.find(env.envId, request.method, asked);
    return webhook === null ? null : { env, webhook, token: asked.token };
  }

  private async admit(request: FastifyRequest, { env, webhook }: Found): Promise<Caller> {
    const caller = await this.callers.require(request, env, withoutToken(pathOf(request)));
    const urn = `webhook:${webhook.service}${webhook.path}`;
    if (!isAllowed(caller.principal, urn, webhook.service)) {
      throw new ForbiddenError(`Credential does not have execute permission for ${urn}`);
    }
    return caller;
  }

  private async run(
    request: FastifyRequest,
    { env, webhook, token }: Found,
    caller: Caller | null,
  ): Promise<WebhookResponse> {
    const url = request.raw.url ?? '';
    const body = await readBody(request.raw);
    const value = requestValue({
      method: request.method,
      url: `/webhook/${env.orgSlug}/${env.envName}/${webhook.service}${webhook.path}`,
      originalUrl: originalUrlOf(request, token),
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

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
