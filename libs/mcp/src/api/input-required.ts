/** Results that ask the client for something before the tool can answer. Modern callers only. Pure. */
import { isObject } from '@app/mcp';

type Json = Readonly<Record<string, unknown>>;

export type InputRequired =
  | { readonly kind: 'none' }
  | { readonly kind: 'asked' }
  | { readonly kind: 'malformed'; readonly problem: string }
  | { readonly kind: 'unable'; readonly capability: string };

const CAPABILITIES: Readonly<Record<string, string>> = {
  'elicitation/create': 'elicitation',
  'sampling/createMessage': 'sampling',
  'roots/list': 'roots',
};

export function inputRequiredOf(value: unknown, capabilities: Json): InputRequired {
  if (!isObject(value) || value['resultType'] !== 'input_required') return { kind: 'none' };
  const { inputRequests, requestState } = value;
  if (inputRequests === undefined && requestState === undefined) {
    return malformed('it has neither inputRequests nor requestState');
  }
  if (requestState !== undefined && typeof requestState !== 'string')
    return malformed('requestState is no text');
  if (inputRequests === undefined) return { kind: 'asked' };
  if (!isObject(inputRequests)) return malformed('inputRequests is no object');
  for (const [name, request] of Object.entries(inputRequests)) {
    const problem = problemOf(request);
    if (problem !== null) return malformed(`inputRequests.${name}: ${problem}`);
    const capability = CAPABILITIES[String((request as Json)['method'])] ?? '';
    if (!isObject(capabilities[capability])) return { kind: 'unable', capability };
  }
  return { kind: 'asked' };
}

function malformed(problem: string): InputRequired {
  return { kind: 'malformed', problem };
}

function problemOf(request: unknown): string | null {
  if (!isObject(request) || typeof request['method'] !== 'string') return 'it has no method';
  const { method } = request;
  if (!Object.hasOwn(CAPABILITIES, method)) return `method ${method} can not be asked for`;
  const params = isObject(request['params']) ? request['params'] : {};
  if (method === 'elicitation/create') {
    if (typeof params['message'] !== 'string') return 'params.message is no text';
    const { mode } = params;
    return mode === undefined || mode === 'form' || mode === 'url'
      ? null
      : 'params.mode is neither form nor url';
  }
  if (method !== 'sampling/createMessage') return null;
  if (!Array.isArray(params['messages'])) return 'params.messages is no list';
  return typeof params['maxTokens'] === 'number' ? null : 'params.maxTokens is no number';
}
