/** A call of a tool: checks, the call of its function, and what is told of it meanwhile and at its end. */
import { cut, scanJson } from '@app/events';
import {
  isObject,
  mcpConfig,
  mirroredArguments,
  violation,
  type McpConfig,
  type Schema,
  type ServingTool,
} from '@app/mcp';
import {
  Callers,
  PublicBudget,
  PublicGate,
  requestValue,
  SyncCalls,
  wholeRequest,
  type Caller,
  type PublicEnv,
  type RequestValue,
  type SyncOutcome,
} from '@app/sync-calls';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { decodedHeader, META, type Era, type ModernFacts } from './era';
import { inputRequiredOf } from './input-required';
import { CODES, errorText, memberOf, notificationText, resultText, type RpcRequest } from './json-rpc';
import { json, type JsonReply, type Playing, type Reply } from './reply';
import { MODERN_ENDING, SERVER_INFO } from './server-info';
import { failureResult, reasonOf, successResult } from './tool-result';

export interface ToolCall {
  readonly request: FastifyRequest;
  readonly env: PublicEnv;
  readonly service: string;
  readonly rpc: RpcRequest;
  /** JSON text. */
  readonly id: string;
  readonly tool: ServingTool;
  readonly caller: Caller | null;
  readonly era: Exclude<Era, { readonly kind: 'refused' }>;
}

const NOTHING_HIDDEN = { leaves: [], secrets: [] } as const;

@Injectable()
export class ToolCalls {
  constructor(
    private readonly calls: SyncCalls,
    private readonly budget: PublicBudget,
    private readonly gate: PublicGate,
    private readonly callers: Callers,
    @Inject(mcpConfig.token) private readonly config: McpConfig,
  ) {}

  /** Answers at once what needs no run; else how the call goes. */
  prepare(call: ToolCall): Reply {
    const refused = problemOf(call);
    if (refused !== null) return refused;
    const args = positional(call.tool, call.rpc.argumentsText);
    return {
      kind: 'messages',
      id: call.id,
      play: async (to) => {
        const outcome = await this.budget.hold(call.env, () =>
          this.gate.pass(() => this.run(call, args, to)),
        );
        to.send(this.ending(call, outcome));
      },
    };
  }

  private run(call: ToolCall, args: string, to: Playing): Promise<SyncOutcome> {
    const { env, tool, caller } = call;
    const log = (data: string): void => {
      if (isTold(call)) to.send(notificationText('notifications/message', logParams(data)));
    };
    const value = this.requestOf(call);
    return this.calls.call({
      ...env,
      source: 'mcp',
      target: tool,
      args,
      hidden: { ...NOTHING_HIDDEN, secrets: value.secrets },
      request: { json: wholeRequest(value) },
      byUserId: tool.buildByUserId,
      accessId: caller?.principal.accessId ?? null,
      timeoutMs: this.config.timeoutMs,
      onAccepted: () => to.begin(),
      onStart: (runId) => log(JSON.stringify({ message: `Executing tool '${tool.name}'`, runId })),
      onData: ({ type, payload }) => log(`{"type":${JSON.stringify(type)},"payload":${payload}}`),
    });
  }

  private requestOf({ request, env, service, tool, caller, era, rpc }: ToolCall): RequestValue {
    const url = request.raw.url ?? '';
    return requestValue({
      method: 'POST',
      url: `/mcp/${env.orgSlug}/${env.envName}/${service}`,
      originalUrl: null,
      rawHeaders: request.raw.rawHeaders,
      secretHeaders: tool.secretHeaders,
      query: url.includes('?') ? url.slice(url.indexOf('?') + 1) : '',
      body: null,
      ip: this.callers.ipOf(request),
      auth: caller?.auth ?? null,
      ...(era.kind === 'modern' ? { more: { mcp: modernMember(era.facts, rpc) } } : {}),
    });
  }

  private ending({ id, tool, era }: ToolCall, outcome: SyncOutcome): string {
    const ending = era.kind === 'modern' ? MODERN_ENDING : '';
    if (outcome.kind === 'timeout') {
      const message = `Timeout: the tool did not answer within ${this.config.timeoutMs / 1_000}s`;
      return errorText(id, CODES.internal, message);
    }
    const { status, result } = outcome.run;
    if (status === 'failed')
      return resultText(id, failureResult(reasonOf(result, 'The tool failed'), ending));
    if (status === 'cancelled') {
      return resultText(id, failureResult(reasonOf(result, 'The call was cancelled'), ending));
    }
    const text = result ?? 'null';
    const asked = era.kind === 'modern' ? askedFor(id, text, era.facts) : null;
    if (asked !== null) return asked;
    const success = successResult(tool, text, era.kind, ending);
    return 'problem' in success
      ? errorText(id, CODES.internal, success.problem)
      : resultText(id, success.result);
  }
}

/** What can be told without a run: what is wrong with the arguments, or the headers that repeat them. */
function problemOf({ id, rpc, tool, era, request }: ToolCall): JsonReply | null {
  const given = rpc.params?.['arguments'];
  const args = given === undefined || given === null ? {} : given;
  if (!isObject(args))
    return json(200, errorText(id, CODES.invalidParams, 'params.arguments must be an object'));
  if (era.kind === 'legacy') return null;
  const schema = JSON.parse(tool.inputSchema) as Schema;
  const headers = headerProblem(schema, args, request);
  if (headers !== null) return json(400, errorText(id, CODES.headers, headers));
  const problem = violation(schema, args);
  return problem === null ? null : json(200, resultText(id, failureResult(problem, MODERN_ENDING)));
}

function headerProblem(
  schema: Schema,
  args: Readonly<Record<string, unknown>>,
  { headers }: FastifyRequest,
): string | null {
  for (const { path, header } of mirroredArguments(schema) ?? []) {
    const value = path.reduce<unknown>(
      (at, name) => (isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined),
      args,
    );
    const shown = decodedHeader(headers[`mcp-param-${header.toLowerCase()}`]);
    const wanted = value === undefined || value === null ? null : String(value);
    if (shown !== wanted) {
      const name = `Mcp-Param-${header}`;
      return wanted === null
        ? `The header ${name} repeats nothing`
        : `The header ${name} must repeat ${path.join('.')}`;
    }
  }
  return null;
}

/** JSON text of the list of arguments, each in the letters it was written in. */
function positional({ params }: ServingTool, argumentsText: string | null): string {
  const scan = argumentsText === null ? null : scanJson(argumentsText);
  const members = scan?.ok === true ? scan.members : new Map<string, never>();
  const values = params.map((name) => {
    const span = members.get(name);
    return span === undefined || argumentsText === null ? 'null' : cut(argumentsText, span);
  });
  return `[${values.join(',')}]`;
}

function isTold({ era }: ToolCall): boolean {
  return era.kind === 'legacy' || era.facts.logLevel === 'debug' || era.facts.logLevel === 'info';
}

/** @param data JSON text */
function logParams(data: string): string {
  return `{"level":"info","logger":"${SERVER_INFO.name}","data":${data}}`;
}

function modernMember({ version, capabilities }: ModernFacts, { params }: RpcRequest): string {
  return JSON.stringify({
    'protocol-version': version,
    'client-capabilities': capabilities,
    'input-responses': params?.['inputResponses'] ?? null,
    'request-state': params?.['requestState'] ?? null,
  });
}

/** The answer where the result asks for something; null where it does not. */
function askedFor(id: string, result: string, { capabilities }: ModernFacts): string | null {
  const asked = inputRequiredOf(JSON.parse(result), capabilities);
  switch (asked.kind) {
    case 'none':
      return null;
    case 'malformed':
      return errorText(id, CODES.internal, `The tool asks for something, but not well: ${asked.problem}`);
    case 'unable':
      return errorText(
        id,
        CODES.capability,
        `The client did not announce the capability ${asked.capability}`,
      );
    case 'asked': {
      const members = ['inputRequests', 'requestState'].flatMap((name) => {
        const text = memberOf(result, name);
        return text === null ? [] : [`,"${name}":${text}`];
      });
      const meta = JSON.stringify({ [`${META}serverInfo`]: SERVER_INFO });
      return resultText(id, `{"resultType":"input_required"${members.join('')},"_meta":${meta}}`);
    }
  }
}
