import {
  compareWithManifest,
  extractDefinitions,
  parseManifest,
  printManifest,
  toManifest,
} from '../../src/definitions';
import type { Definitions } from '../../src/definitions';
import { analyse } from '../../src/analyse/analyse';
import type { SourceOrigin } from '../../src/analyse/program';
import { analyseTexts } from '../support/analyse';
import { NATIVES, PRELUDE } from '../support/natives';

const extraction = (text: string) => {
  const program = analyseTexts([`::shop::api ns\n${text}`]);
  expect(program.diagnostics).toEqual([]);
  return extractDefinitions(program);
};
const extract = (text: string): Definitions => {
  const { definitions, diagnostics } = extraction(text);
  expect(diagnostics).toEqual([]);
  return definitions;
};
const refusals = (text: string): readonly string[] =>
  extraction(text).diagnostics.map((one) => `${one.code} ${one.message}`);

describe('event handlers', () => {
  it('carry everything that routing and retries need', () => {
    const { eventHandlers } = extract(
      'Desk type meta {agent: {name: "Desk"}} { hours: Int }\nFlow type meta {workflow: {}} {}\n' +
        'on-paid meta {on-event: "order:paid", once: true, agent: Desk, workflows: [Flow],\n' +
        '  retry: {attempts: 3, delay: 500, backoff: "exponential", jitter: true}, doc: " Pays. ", x: 1.5}\nfn (event) { event }',
    );
    expect(eventHandlers).toEqual([
      {
        fn: '::shop::api/on-paid',
        ns: '::shop::api',
        name: 'on-paid',
        eventType: 'order:paid',
        once: true,
        retry: { attempts: 3, delay: 500, backoff: 'exponential', maxDelay: 300_000, jitter: true },
        agent: '::shop::api/Desk',
        workflows: ['::shop::api/Flow'],
        doc: 'Pays.',
        meta: {
          'on-event': 'order:paid',
          once: true,
          agent: '::shop::api/Desk',
          workflows: ['::shop::api/Flow'],
          retry: { attempts: 3, delay: 500, backoff: 'exponential', jitter: true },
          doc: ' Pays. ',
          x: 1.5,
        },
        file: '1.hot',
        line: 4,
        column: 1,
        position: 102,
      },
    ]);
  });

  it('may be lambdas, and imports with metadata of their own', () => {
    const program = analyseTexts([
      '::lib ns handle meta {on-event: "a", doc: "d", retry: 2} fn (e) { e } helper fn (e) { e }',
      '::app ns plain ::lib/handle second meta {on-event: "b"} ::lib/handle third meta {on-event: "c"} ::lib/helper ' +
        'fourth meta {on-event: "d"} (e) { e }',
    ]);
    const { eventHandlers } = extractDefinitions(program).definitions;
    expect(eventHandlers.map((one) => [one.fn, one.eventType, one.retry?.attempts, one.doc])).toEqual([
      ['::lib/handle', 'a', 2, 'd'],
      ['::app/second', 'b', 2, 'd'],
      ['::app/third', 'c', undefined, null],
      ['::app/fourth', 'd', undefined, null],
    ]);
  });

  it('that appear twice under one name count once, as the import', () => {
    const program = analyseTexts([
      '::lib ns h meta {on-event: "a"} fn (e) { e }',
      '::app ns h meta {once: true} ::lib/h',
    ]);
    const { eventHandlers } = extractDefinitions(program).definitions;
    expect(eventHandlers.map((one) => [one.fn, one.once])).toEqual([['::app/h', true]]);
  });

  it('of tests and of the library itself start nothing', () => {
    const text = '::t ns h meta {on-event: "a"} fn (e) { e }';
    const of = (origin: SourceOrigin) =>
      extractDefinitions(analyse({ sources: [{ name: 'x', text, origin }], natives: [], policy: 'merge' }))
        .definitions.eventHandlers.length;
    expect([of('test'), of('std'), of('dependency'), of('project')]).toEqual([0, 0, 1, 1]);
  });

  it.each([
    [
      'h meta {on-event: "a"} fn () { 1 }',
      "invalid-event-handler Event handler must accept an event parameter: '::shop::api/h' is called with the event",
    ],
    ['h meta {on-event: 5} fn (e) { 1 }', "invalid-metadata '::shop::api/h': on-event must be a Str"],
    ['h meta {on-event: " "} fn (e) { 1 }', "invalid-metadata '::shop::api/h': on-event is empty"],
    ['h meta {on-event: "a"} 5', "invalid-metadata '::shop::api/h' carries on-event but is no function"],
    [
      'h meta {on-event: "a", retry: "x"} fn (e) { 1 }',
      "invalid-metadata '::shop::api/h': retry must be an Int or a Map",
    ],
    [
      'h meta {on-event: "a", retry: {backoff: "fast"}} fn (e) { 1 }',
      '\'::shop::api/h\': retry.backoff is "fast", not one of "fixed", "exponential", "linear"',
    ],
    [
      'h meta {on-event: "a", retry: {attempts: -1}} fn (e) { 1 }',
      'retry.attempts must be an Int that is not negative',
    ],
    ['h meta {on-event: "a", once: 1} fn (e) { 1 }', 'once must be a Bool'],
    [
      'h meta {on-event: "a", agent: Nope} fn (e) { 1 }',
      "invalid-agent-reference '::shop::api/h': agent Nope is not a type",
    ],
  ])('%s', (text, message) => {
    const [first = ''] = refusals(text);
    expect(first).toContain(message);
  });
});

describe('schedules', () => {
  it('must be in the grammar of schedules', () => {
    expect(refusals('t meta {schedule: "now and then"} fn (e) { e }')).toEqual([
      expect.stringContaining(
        "Invalid schedule expression 'now and then': Cannot parse 'now and then' as datetime",
      ),
    ]);
    expect(refusals('t meta {schedule: "every 500 ms"} fn (e) { e }')).toEqual([
      expect.stringContaining('Sub-second schedule intervals are not supported'),
    ]);
  });

  it('keep the expression as written', () => {
    const { schedules } = extract(
      'tick meta {schedule: " every day at 9am ", timezone: "Europe/Berlin", retry: 1} fn (e) { e }',
    );
    expect(schedules.map((one) => [one.expression, one.timezone, one.retry?.attempts])).toEqual([
      [' every day at 9am ', 'Europe/Berlin', 1],
    ]);
  });

  it.each([
    '0 9 * * 1-5',
    '*/15 * * * * *',
    '@daily',
    'every 10 minutes',
    '9 am every day',
    '7pm every Thursday',
  ])('accept %s', (expression) => {
    expect(extract(`t meta {schedule: "${expression}"} fn (e) { e }`).schedules).toHaveLength(1);
  });

  it.each(['10m', 'in 2 hours', '1 day 3 hours', '10 minutes from now', '2026-03-05T09:00:00Z'])(
    'refuse %s, which happens once',
    (expression) => {
      expect(refusals(`t meta {schedule: "${expression}"} fn (e) { e }`)).toEqual([
        `invalid-metadata '::shop::api/t': Invalid schedule expression '${expression}': one-time expressions are only for hot:schedule:new`,
      ]);
    },
  );

  it('ask the checker that they are given', () => {
    const program = analyseTexts(['::a ns t meta {schedule: "61 * * * *", timezone: "X/Y"} fn (e) { e }']);
    const asked: unknown[] = [];
    const { diagnostics } = extractDefinitions(program, {
      checkSchedule: (...args) => {
        asked.push(args);
        return 'minute 61';
      },
    });
    expect(asked).toEqual([['61 * * * *', 'X/Y']]);
    expect(diagnostics[0]?.message).toBe("'::a/t': Invalid schedule expression '61 * * * *': minute 61");
  });

  it('need a parameter', () => {
    expect(refusals('t meta {schedule: "@daily"} fn () { 1 }')[0]).toContain(
      "invalid-scheduled-function Scheduled function must accept an event parameter: '::shop::api/t'",
    );
  });
});

describe('webhooks', () => {
  it('fill in what is not written', () => {
    const [hook] = extract(
      'on-pay-in meta {webhook: {service: "pay.v1", path: "stripe/in"}, doc: "Takes money.", secret-headers: ["X-Sig"]} fn (req) { req }',
    ).webhooks;
    expect(hook).toMatchObject({
      service: 'pay.v1',
      path: '/stripe/in',
      method: 'POST',
      webhookName: 'shop_api_on_pay_in',
      description: 'Takes money.',
      auth: 'none',
      secretHeaders: ['x-sig'],
    });
  });

  it.each([
    ['{path: "/x"}', 'webhook.service is missing'],
    ['{service: "-x", path: "/x"}', 'service "-x" may have letters'],
    ['{service: "x"}', 'webhook.path is missing'],
    ['{service: "x", path: "/x", auth: "maybe"}', 'webhook.auth is "maybe", not one of "none", "required"'],
    ['{service: "x", path: "/x", method: "FETCH"}', 'webhook.method is "FETCH"'],
    ['{service: "x", path: "/x", method: "HEAD"}', 'webhook.method is "HEAD"'],
    ['{service: "x", path: "/x", method: "OPTIONS"}', 'webhook.method is "OPTIONS"'],
    ['{service: "x", path: "/a b"}', 'webhook.path "/a b" may have segments'],
    ['{service: "x", path: "/a?b=1"}', 'webhook.path "/a?b=1" may have segments'],
    ['{service: "x", path: "/a//b"}', 'webhook.path "/a//b" may have segments'],
    ['{service: "x", path: "/a/"}', 'webhook.path "/a/" may have segments'],
    ['{service: "x", path: "/a/../b"}', 'webhook.path "/a/../b" may have segments'],
    ['"x"', 'webhook must be a Map'],
  ])('refuse %s', (map, message) => {
    expect(refusals(`h meta {webhook: ${map}} fn (r) { r }`)[0]).toContain(message);
  });

  it.each(['/', '/a', 'a/b-c/d_e.f', '/über/ß', '/@me;x=1'])('may stand at %s', (path) => {
    const [hook] = extract(`h meta {webhook: {service: "x", path: "${path}"}} fn (r) { r }`).webhooks;
    expect(hook?.path).toBe(`/${path.replace(/^\//, '')}`);
  });

  it('refuse two of one address, naming both functions', () => {
    const meta = 'meta {webhook: {service: "x", path: "/y"}}';
    expect(refusals(`a ${meta} fn (r) { r }\nb ${meta} fn (r) { r }`)).toEqual([
      "invalid-metadata webhook POST x/y is declared by both '::shop::api/a' and '::shop::api/b'",
    ]);
  });
});

describe('MCP tools', () => {
  const tool = (text: string) => {
    const [first] = extract(text).mcpTools;
    if (!first) throw new Error('no tool');
    return first;
  };
  const schema = (params: string, types = '') =>
    tool(`${types}\nt meta {mcp: {service: "s"}} fn (${params}) { 1 }`).inputSchema;

  it('describe the function and its parameters', () => {
    const found = tool(
      'get-forecast meta {mcp: {service: "weather", title: "T", annotations: {readOnlyHint: true}}, doc: "Weather.\\n- `city`: where"}\n' +
        'fn (city: Str): Vec<Int> { 1 }, (city: Str, days: Int, extra, unit: Str?): Vec<Int> { 1 }',
    );
    expect(found).toMatchObject({
      service: 'weather',
      toolName: 'shop_api_get_forecast',
      title: 'T',
      auth: 'required',
      annotations: { readOnlyHint: true },
      params: ['city', 'days', 'extra', 'unit'],
      outputSchema: { type: 'array', items: { type: 'integer' } },
    });
    expect(found.inputSchema).toEqual({
      type: 'object',
      properties: {
        city: { type: 'string', description: 'where' },
        days: { type: 'integer' },
        extra: {},
        unit: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      },
      required: ['city'],
    });
  });

  it.each([
    ['Dec', { type: 'number' }],
    ['Bool', { type: 'boolean' }],
    ['Any', {}],
    ['Vec', { type: 'array' }],
    ['Map<Str, Int>', { type: 'object', additionalProperties: { type: 'integer' } }],
    ['Bytes', { type: 'string', format: 'byte' }],
    ['Int | Str', { anyOf: [{ type: 'integer' }, { type: 'string' }] }],
    ['"a" | "b"', { type: 'string', enum: ['a', 'b'] }],
    ['"a" | null', { anyOf: [{ type: 'string', enum: ['a'] }, { type: 'null' }] }],
    ['Result<Int>', { type: 'integer' }],
    ['Color', { enum: ['Red', 'Green'] }],
    ['Id', { type: 'string' }],
    [
      'P',
      {
        type: 'object',
        properties: { x: { type: 'integer' }, y: { anyOf: [{ type: 'integer' }, { type: 'null' }] } },
        required: ['x'],
      },
    ],
    [
      'Shape',
      {
        oneOf: [
          { type: 'object', properties: { $type: { const: '::shop::api/Shape.Dot' } }, required: ['$type'] },
          {
            type: 'object',
            properties: {
              $type: { const: '::shop::api/Shape.Box' },
              $val: expect.objectContaining({ type: 'object' }),
            },
            required: ['$type', '$val'],
          },
        ],
        discriminator: { propertyName: '$type' },
      },
    ],
  ])('%s', (type, expected) => {
    const types =
      'Color enum { Red, Green }\nId type Str\nP type { x: Int, y: Int? }\nShape enum { Dot, Box(P) }';
    expect((schema(`a: ${type}`, types)['properties'] as Record<string, unknown>)['a']).toEqual(expected);
  });

  it('refer to recursive types through $defs', () => {
    expect(schema('t: Tree', 'Tree type { value: Int, kids: Vec<Tree> }')).toEqual({
      type: 'object',
      properties: {
        t: {
          type: 'object',
          properties: {
            value: { type: 'integer' },
            kids: { type: 'array', items: { $ref: '#/$defs/shop_api_Tree' } },
          },
          required: ['value', 'kids'],
        },
      },
      required: ['t'],
      $defs: {
        shop_api_Tree: {
          type: 'object',
          properties: {
            value: { type: 'integer' },
            kids: { type: 'array', items: { $ref: '#/$defs/shop_api_Tree' } },
          },
          required: ['value', 'kids'],
        },
      },
    });
  });

  it('may take no arguments, and may bring their own schemas', () => {
    expect(schema('')).toEqual({ type: 'object', properties: {} });
    const own = tool(
      't meta {mcp: {service: "s", inputSchema: {type: "object"}, output-schema: {a: 1}}} fn (x) { 1 }',
    );
    expect([own.inputSchema, own.outputSchema]).toEqual([{ type: 'object' }, { a: 1 }]);
  });

  it('refuse two of one name in a service, naming both functions', () => {
    const meta = 'meta {mcp: {service: "s", name: "n"}}';
    expect(refusals(`a ${meta} fn () { 1 }\nb ${meta} fn () { 1 }`)).toEqual([
      "invalid-metadata MCP tool s/n is declared by both '::shop::api/a' and '::shop::api/b'",
    ]);
  });
});

describe('initializers', () => {
  it('are one of the project and one of each agent', () => {
    const { initializers } = extract(
      'Bot type meta {agent: {}} {}\n' +
        'warm meta {on-initialize: true} fn () { 1 }\n' +
        'greet meta {on-initialize: true, agent: Bot} fn (load) { load.project }\n' +
        'idle meta {on-initialize: false} fn (a, b) { 1 }',
    );
    expect(initializers).toMatchObject([
      { fn: '::shop::api/warm', agent: null, takesLoad: false },
      { fn: '::shop::api/greet', agent: '::shop::api/Bot', takesLoad: true },
    ]);
  });

  it('are called with nothing when they can be', () => {
    const { initializers } = extract('a meta ["on-initialize"] fn () { 1 }, (load) { 2 }');
    expect(initializers).toMatchObject([{ takesLoad: false }]);
  });

  it('are refused where one app has two, or cannot be called', () => {
    const meta = 'meta {on-initialize: true}';
    expect(refusals(`a ${meta} fn () { 1 }\nb ${meta} fn () { 1 }`)).toEqual([
      "invalid-metadata on-initialize of the project is declared by both '::shop::api/a' and '::shop::api/b'",
    ]);
    expect(refusals(`a ${meta} fn (x, y) { 1 }`)).toEqual([
      "invalid-metadata '::shop::api/a' is called when the app is loaded: it takes nothing, or a map of project and build-id",
    ]);
    expect(refusals('a meta {on-initialize: 1} fn () { 1 }')).toEqual([
      "invalid-metadata '::shop::api/a': on-initialize must be a Bool",
    ]);
    expect(refusals(`x ${meta} 1`)).toEqual([
      "invalid-metadata '::shop::api/x' carries on-initialize but is no function",
    ]);
  });
});

describe('agents and workflows', () => {
  it('come from types whose metadata declares them', () => {
    const { agents, workflows } = extract(
      'Bot type meta {agent: {description: "Helps", tags: ["a"], mcp-servers: {x: 1}}, only-app: true} { model: Str, limit: Int? }\n' +
        'Flow type meta {workflow: {name: "Order"}, doc: "Orders."}',
    );
    expect(agents).toMatchObject([
      {
        typeName: 'Bot',
        ns: '::shop::api',
        fullName: '::shop::api/Bot',
        name: 'Bot',
        description: 'Helps',
        tags: ['a'],
        mcpServers: { x: 1 },
        configFields: [
          { name: 'model', type: 'Str' },
          { name: 'limit', type: 'Int?' },
        ],
        meta: { 'only-app': true },
      },
    ]);
    expect(workflows).toMatchObject([{ typeName: 'Flow', name: 'Order', description: 'Orders.' }]);
  });

  it('are found by name through imports and aliases', () => {
    const program = analyseTexts([
      '::bots ns Bot type meta {agent: {}} {}',
      '::app ns ::b ::bots\nB ::bots/Bot\na meta {on-event: "1", agent: B} fn (e) { e }\n' +
        'b meta {on-event: "2", agent: ::b/Bot} fn (e) { e }\nc meta {on-event: "3", agent: "::b/Bot"} fn (e) { e }\n' +
        'd meta {on-event: "4", agent: "B"} fn (e) { e }',
    ]);
    const { definitions, diagnostics } = extractDefinitions(program);
    expect(diagnostics).toEqual([]);
    expect(definitions.eventHandlers.map((one) => one.agent)).toEqual(
      Array.from({ length: 4 }, () => '::bots/Bot'),
    );
  });
});

describe('sends', () => {
  it('are found in the body, in helpers, through constants, and merged with declared ones', () => {
    const { sends, eventHandlers } = extract(
      'NAME "order:named"\n' +
        'h meta {on-event: "a", sends: ["manual", {event: "order:sent", doc: "D"}]} fn (e) {\n' +
        '  send("order:sent", e)\n  send(NAME, 1)\n  t "order:local"\n  send(t, 1)\n  map([1], (x) { send("order:lambda", x) })\n' +
        '  send(e.type, 1)\n  help(e)\n  other(e)\n}\n' +
        'help fn (e) { send("order:helped", e) deeper(e) }\ndeeper fn (e) { send("order:deep", e) help(e) }\n' +
        'other meta {on-event: "b"} fn (e) { send("order:other", e) }',
    );
    expect(sends.find((one) => one.fn === '::shop::api/h')?.targets).toEqual([
      { event: 'manual', doc: null, via: null },
      { event: 'order:deep', doc: null, via: '::shop::api/deeper' },
      { event: 'order:helped', doc: null, via: '::shop::api/help' },
      { event: 'order:lambda', doc: null, via: null },
      { event: 'order:local', doc: null, via: null },
      { event: 'order:named', doc: null, via: null },
      { event: 'order:sent', doc: 'D', via: null },
    ]);
    expect(eventHandlers[0]?.meta['sends']).toContainEqual({
      event: 'order:helped',
      via: '::shop::api/help',
    });
  });
});

describe('requirements', () => {
  it('are those of what the entry points and values can reach', () => {
    const program = analyseTexts([
      '::lib ns meta {ctx: ["lib.key"]} call fn (x) { inner(x) } unused meta {ctx: {"never": {}}} fn () { 1 }\n' +
        'inner meta {ctx: {"lib.inner": {default: 5}, "lib.plain": {secret: false}}} fn (x) { x }',
      '::other ns meta {ctx: ["other.key"]} f fn () { 1 }',
      '::app ns ::l ::lib\nh meta {on-event: "a", ctx: {"app.key": {required: false}}} fn (e) { ::l/call(e) }\n' +
        'v start() start meta {ctx: ["start.key"]} fn () { 1 }',
    ]);
    const { ctx } = extractDefinitions(program).definitions;
    expect(ctx.map((one) => [one.key, one.required, one.secret, one.default, one.declaredBy])).toEqual([
      ['app.key', false, true, null, '::app/h'],
      ['lib.inner', false, true, 5, '::lib/inner'],
      ['lib.key', true, true, null, '::lib'],
      ['lib.plain', true, false, null, '::lib/inner'],
      ['start.key', true, true, null, '::app/start'],
    ]);
  });

  it('of containers are the largest size and any network', () => {
    expect(
      extract(
        'a meta {box: {min-size: "small"}} fn () { 1 }\nb meta {box: {min-size: "large", network: true}} fn () { 1 }',
      ).box,
    ).toMatchObject({
      minSize: 'large',
      network: true,
      functions: [{ minSize: 'small' }, { network: true }],
    });
    expect(refusals('a meta {box: {min-size: "huge"}} fn () { 1 }')[0]).toContain(
      'box.min-size is "huge", not one of',
    );
  });
});

describe('the manifest of a build', () => {
  const text =
    'Bot type meta {agent: {}} {}\nh meta {on-event: "a b"} fn (e) { send("x", e) }\ns meta {schedule: "@daily"} fn (e) { e }\n' +
    'w meta {webhook: {service: "w", path: "/"}, ctx: ["k"]} fn (r) { r }\nt meta {mcp: {service: "m"}} fn (x: Str) { x }';

  it('groups the definitions and survives printing and reading', () => {
    const manifest = toManifest(extract(text));
    expect(Object.keys(manifest)).toEqual([
      'event_handlers',
      'scheduled_functions',
      'mcp_tools',
      'webhooks',
      'agents',
      'workflows',
      'send_targets',
      'ctx_requirements',
      'box_requirements',
    ]);
    expect(manifest['event_handlers']).toEqual({
      'a b': [
        {
          fn: '::shop::api/h',
          meta: { 'on-event': 'a b', sends: ['x'] },
          file: '1.hot',
          line: 3,
          column: 1,
          position: 44,
        },
      ],
    });
    expect(manifest['send_targets']).toEqual({ '::shop::api/h': ['x'] });
    expect(manifest['ctx_requirements']).toEqual([
      { key: 'k', 'declared-by': '::shop::api/w', 'source-file': '1.hot' },
    ]);
    expect(parseManifest(printManifest('hot.bundle.shop', manifest)).value).toEqual(manifest);
  });

  it('is compared with what the sources say', () => {
    const definitions = extract(text);
    const manifest = toManifest(definitions);
    expect(compareWithManifest(definitions, manifest)).toEqual([]);
    expect(
      compareWithManifest(definitions, {
        ...manifest,
        event_handlers: {},
        agents: [{ namespace: '::x', type_name: 'Y' }],
      }),
    ).toEqual([
      'event_handlers: the manifest lacks a b ::shop::api/h, which the sources declare',
      'agents: the manifest lacks ::shop::api/Bot, which the sources declare',
      'agents: the manifest names ::x/Y, which the sources do not declare',
    ]);
    expect(compareWithManifest(definitions, null)).toHaveLength(1);
  });

  it('takes definitions of a program with errors without failing', () => {
    const program = analyse({
      sources: [
        { name: 'p', text: PRELUDE, origin: 'std' },
        { name: 'a', text: '::a ns h meta {on-event: "x"} fn (e) { nope(e) } [1 2', origin: 'project' },
      ],
      natives: NATIVES,
      policy: 'merge',
    });
    expect(extractDefinitions(program).definitions.eventHandlers).toHaveLength(1);
  });
});
