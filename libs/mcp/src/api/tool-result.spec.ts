import type { ServingTool } from '@app/mcp';
import { inputRequiredOf } from './input-required';
import { pretty } from './pretty';
import { successResult } from './tool-result';
import { toolText } from './tool-text';

const tool = (more: Partial<ServingTool> = {}): ServingTool => ({
  service: 's',
  name: 't',
  fn: '::a/t',
  buildId: 'b',
  projectId: 'p',
  isPublic: true,
  title: null,
  description: null,
  inputSchema: '{"type":"object","properties":{"b":{},"a":{}}}',
  outputSchema: null,
  icons: null,
  annotations: null,
  params: ['b', 'a'],
  secretHeaders: [],
  buildByUserId: 'u',
  ...more,
});
const parsed = (outcome: ReturnType<typeof successResult>): unknown =>
  'result' in outcome ? (JSON.parse(outcome.result) as unknown) : outcome.problem;

describe('results of tools', () => {
  it.each([
    ['legacy', '7', { result: 7 }],
    ['modern', '7', 7],
    ['legacy', '{"a":1}', { a: 1 }],
    ['legacy', '[1]', { result: [1] }],
    ['modern', '[1]', [1]],
  ] as const)('%s: %s', (era, json, structuredContent) => {
    expect(parsed(successResult(tool(), json, era, ''))).toMatchObject({ structuredContent });
  });

  it('are given without type names where only that fits the schema', () => {
    const schema = '{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}';
    const json = '{"$type":"::a/T","$val":{"n":3}}';
    expect(parsed(successResult(tool({ outputSchema: schema }), json, 'legacy', ''))).toMatchObject({
      structuredContent: { n: 3 },
    });
    expect(parsed(successResult(tool(), json, 'legacy', ''))).toMatchObject({
      structuredContent: { $type: '::a/T', $val: { n: 3 } },
    });
  });

  it('that fit no schema are a problem', () => {
    const outcome = successResult(tool({ outputSchema: '{"type":"string"}' }), '3', 'modern', '');
    expect(outcome).toEqual({
      problem: 'The result does not fit the output schema of the tool: the value must be string',
    });
  });

  it('keep annotations of content, and nothing else', () => {
    const json = '{"type":"text","text":"x","annotations":{"priority":1},"more":2}';
    expect(parsed(successResult(tool(), json, 'modern', ''))).toMatchObject({
      content: [{ type: 'text', text: 'x', annotations: { priority: 1 } }],
    });
  });
});

describe('tools in lists', () => {
  it('keep the order of their properties, and wrap what is no object for older clients', () => {
    const text = toolText(tool({ outputSchema: '{"type":"string"}' }), 'legacy');
    expect(text).toBe(
      '{"name":"t","inputSchema":{"type":"object","properties":{"b":{},"a":{}}},' +
        '"outputSchema":{"type":"object","properties":{"result":{"type":"string"}},"required":["result"]}}',
    );
    expect(toolText(tool({ outputSchema: '{"type":"string"}' }), 'modern')).toContain(
      '"outputSchema":{"type":"string"}',
    );
  });

  it('are left out of modern ones when their schema is none', () => {
    const broken = tool({ inputSchema: '{"type":"strange"}' });
    expect(toolText(broken, 'modern')).toBeNull();
    expect(toolText(broken, 'legacy')).not.toBeNull();
  });
});

describe('pretty JSON', () => {
  it.each([
    [
      '{"a":[1,{"b":"x,:{}[]\\""}],"c":{},"d":[ ]}',
      '{\n  "a": [\n    1,\n    {\n      "b": "x,:{}[]\\""\n    }\n  ],\n  "c": {},\n  "d": []\n}',
    ],
    ['12345678901234567890', '12345678901234567890'],
    ['{"2":0.10,"1":1}', '{\n  "2": 0.10,\n  "1": 1\n}'],
    ['"a\\\\"', '"a\\\\"'],
  ])('of %s', (json, expected) => {
    expect(pretty(json)).toBe(expected);
  });
});

describe('results that ask for something', () => {
  const asks = (inputRequests: unknown, more: object = {}) =>
    inputRequiredOf({ resultType: 'input_required', inputRequests, ...more }, { elicitation: {}, roots: {} });

  it.each([
    [{ a: { method: 'elicitation/create', params: { message: 'm' } } }, 'asked'],
    [{ a: { method: 'elicitation/create', params: { message: 'm', mode: 'url' } } }, 'asked'],
    [{ a: { method: 'roots/list' } }, 'asked'],
    [{ a: { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } } }, 'unable'],
    [{ a: { method: 'elicitation/create', params: { message: 'm', mode: 'shout' } } }, 'malformed'],
    [{ a: { method: 'elicitation/create', params: {} } }, 'malformed'],
    [{ a: { method: 'sampling/createMessage', params: { messages: [] } } }, 'malformed'],
    [{ a: { method: 'tools/call' } }, 'malformed'],
    [{ a: 1 }, 'malformed'],
    [[], 'malformed'],
  ])('%j: %s', (requests, kind) => {
    expect(asks(requests).kind).toBe(kind);
  });

  it('may have a state alone, but not nothing', () => {
    expect(asks(undefined, { requestState: 's' }).kind).toBe('asked');
    expect(asks(undefined, { requestState: 1 }).kind).toBe('malformed');
    expect(asks(undefined).kind).toBe('malformed');
    expect(inputRequiredOf({ resultType: 'complete' }, {}).kind).toBe('none');
  });
});
