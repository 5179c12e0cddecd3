/** One message to a service, over whichever transport, and what is answered to it. */
import { NotFoundError, UnauthorizedError } from '@app/kernel';
import { mcpConfig, ToolCatalogue, type McpConfig } from '@app/mcp';
import { Callers, PublicBudget, PublicEnvs, type Caller, type PublicEnv } from '@app/sync-calls';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { mayCall, requireService } from './access';
import { agreedVersion, eraOf, META, VERSIONS, type Era } from './era';
import { CODES, errorText, readMessage, resultText, type RpcRequest } from './json-rpc';
import { json, type Reply } from './reply';
import { SERVER_INFO } from './server-info';
import { ToolCalls } from './tool-calls';
import { toolText } from './tool-text';

export interface Place {
  /** Null where the host says which environment it is. */
  readonly names: { readonly orgSlug: string; readonly envName: string } | null;
  readonly service: string;
}

type LiveEra = Exclude<Era, { readonly kind: 'refused' }>;

const CAPABILITIES = { tools: { listChanged: false }, logging: {} };

@Injectable()
export class Messages {
  constructor(
    private readonly envs: PublicEnvs,
    private readonly callers: Callers,
    private readonly budget: PublicBudget,
    private readonly tools: ToolCatalogue,
    private readonly calls: ToolCalls,
    @Inject(mcpConfig.token) private readonly config: McpConfig,
  ) {}

  /**
   * Throws what is answered with the error envelope: NotFoundError for an unknown organization or environment,
   * UnauthorizedError, ForbiddenError.
   * @param known the caller, where the transport has asked already
   */
  async answer(request: FastifyRequest, place: Place, text: string, known?: Caller): Promise<Reply> {
    const message = readMessage(text);
    switch (message.kind) {
      case 'unreadable':
        return json(400, errorText('null', CODES.parse, 'The body is not valid JSON'));
      case 'response':
        return { kind: 'accepted' };
      case 'invalid': {
        const status = request.headers['mcp-method'] === undefined ? 200 : 400;
        return json(status, errorText(message.id, CODES.invalidRequest, message.problem));
      }
      case 'request':
        return this.answerRequest(request, place, message.request, known);
    }
  }

  async requireEnv({ boundHost }: FastifyRequest, { names }: Place): Promise<PublicEnv> {
    if (names === null) {
      const env = boundHost ? await this.envs.byId(boundHost.envId) : null;
      if (env === null) throw new NotFoundError('Environment');
      return env;
    }
    const env = await this.envs.find(names.orgSlug, names.envName);
    if (env === null || (boundHost && boundHost.envId !== env.envId)) throw new NotFoundError('Environment');
    return env;
  }

  private async answerRequest(
    request: FastifyRequest,
    place: Place,
    rpc: RpcRequest,
    known: Caller | undefined,
  ): Promise<Reply> {
    const id = rpc.id ?? 'null';
    if (!this.config.enabled) return json(200, errorText(id, CODES.disabled, 'MCP is switched off'));
    const era = eraOf(rpc, request.headers);
    if (era.kind === 'refused') return json(400, errorText(id, era.code, era.problem, era.data));
    if (rpc.id === null || rpc.method.startsWith('notifications/')) return { kind: 'accepted' };
    if (era.kind === 'legacy') {
      if (rpc.method === 'initialize') return json(200, resultText(id, initialized(rpc)));
      if (rpc.method === 'ping') return json(200, resultText(id, '{}'));
    }
    switch (rpc.method) {
      case 'server/discover':
        await this.admit(request, place, known);
        return json(200, resultText(id, discovered()));
      case 'tools/list': {
        const { env } = await this.admit(request, place, known);
        return json(200, resultText(id, await this.list(env, place.service, era)));
      }
      case 'tools/call':
        return this.call(request, place, rpc, era, known);
      default: {
        const status = era.kind === 'modern' ? 404 : 200;
        return json(status, errorText(id, CODES.unknownMethod, `Unknown method: ${rpc.method}`));
      }
    }
  }

  /** Listing is open to everybody; whoever shows a credential is looked at. */
  private async admit(
    request: FastifyRequest,
    place: Place,
    known: Caller | undefined,
  ): Promise<{ readonly env: PublicEnv; readonly caller: Caller | null }> {
    const env = await this.requireEnv(request, place);
    const caller = known ?? (await this.callers.identify(request, env));
    if (caller !== null) requireService(caller.principal.permissions, place.service);
    await this.budget.admit(env);
    return { env, caller };
  }

  private async list(env: PublicEnv, service: string, era: LiveEra): Promise<string> {
    const tools = await this.tools.ofService(env.envId, service);
    const texts = [...tools.values()].flatMap((tool) => toolText(tool, era.kind) ?? []);
    return `{"tools":[${texts.join(',')}]${era.kind === 'modern' ? MODERN_LIST : ''}}`;
  }

  private async call(
    request: FastifyRequest,
    place: Place,
    rpc: RpcRequest,
    era: LiveEra,
    known: Caller | undefined,
  ): Promise<Reply> {
    const id = rpc.id ?? 'null';
    const { env, caller } = await this.admit(request, place, known);
    const invalid = (problem: string): Reply => json(200, errorText(id, CODES.invalidParams, problem));
    const name = rpc.params?.['name'];
    if (typeof name !== 'string') return invalid('params.name must be a string');
    const tool = (await this.tools.ofService(env.envId, place.service)).get(name);
    if (tool === undefined) return invalid(`Tool not found: ${name}`);
    if (!tool.isPublic) {
      if (caller === null) throw new UnauthorizedError();
      if (!mayCall(caller.principal.permissions, place.service, name)) {
        return invalid(`Credential does not have execute permission for tool '${name}'`);
      }
    }
    return this.calls.prepare({ request, env, service: place.service, rpc, id, tool, caller, era });
  }
}

function initialized({ params }: RpcRequest): string {
  return JSON.stringify({
    protocolVersion: agreedVersion(params?.['protocolVersion']),
    capabilities: CAPABILITIES,
    serverInfo: SERVER_INFO,
  });
}

const META_TEXT = `"_meta":${JSON.stringify({ [`${META}serverInfo`]: SERVER_INFO })}`;
const MODERN_LIST = `,"resultType":"complete","ttlMs":0,"cacheScope":"private",${META_TEXT}`;

function discovered(): string {
  return (
    `{"supportedVersions":${JSON.stringify(VERSIONS)},"capabilities":${JSON.stringify(CAPABILITIES)}` +
    `${MODERN_LIST}}`
  );
}
