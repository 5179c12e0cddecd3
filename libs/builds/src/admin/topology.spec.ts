import { declaredAgents, declaredHandlers, type ServingDefinitions } from './declared';
import { topology } from './topology';

const entry = (fn: string, meta: object = {}): object => ({ fn, meta, file: 'a.hot', line: 4, column: 1 });
const build = (more: Partial<ServingDefinitions>): ServingDefinitions => ({
  project: 'shop',
  build_id: 'b',
  agents: [],
  event_handlers: {},
  scheduled_functions: {},
  webhooks: {},
  mcp_tools: {},
  ...more,
});

const BUILDS = [
  build({
    agents: [
      { namespace: '::shop', type_name: 'Agent', name: 'Order agent', tags: ['a'], file: 'a.hot', line: 1 },
    ],
    event_handlers: {
      'order:created': [
        entry('::shop/confirm', {
          agent: '::shop/Agent',
          retry: { attempts: 2, delay: 500 },
          sends: ['order:confirmed', { event: 'lost', doc: 'nobody hears it', via: '::shop/helper' }],
        }),
      ],
      'order:confirmed': [entry('::shop/ship')],
    },
    scheduled_functions: { '0 6 * * *': [entry('::shop/confirm', { agent: '::shop/Agent' })] },
    webhooks: { payments: [{ ...entry('::shop/on-stripe'), path: '/stripe', method: 'POST' }] },
    mcp_tools: { billing: [{ ...entry('::shop/find'), name: 'find' }] },
  }),
  build({ project: 'crm', event_handlers: { 'order:confirmed': [entry('::crm/tell')] } }),
];
const graph = (agent: string | null) => topology(declaredHandlers(BUILDS), declaredAgents(BUILDS), agent);

describe('topology', () => {
  it('joins builds by what they send and handle', () => {
    const { nodes, edges, agents } = graph(null);
    expect(nodes.map(({ id }) => id)).toEqual([
      'evt:lost',
      'evt:order:confirmed',
      'evt:order:created',
      'fn:crm/tell',
      'fn:shop/confirm',
      'fn:shop/find',
      'fn:shop/on-stripe',
      'fn:shop/ship',
      'mcp:billing/find',
      'sched:shop/confirm:0 6 * * *',
      'wh:payments/stripe:POST',
    ]);
    expect(edges.map(({ from, to, kind }) => `${from} ${kind} ${to}`)).toEqual([
      'evt:order:confirmed handles fn:crm/tell',
      'evt:order:confirmed handles fn:shop/ship',
      'evt:order:created handles fn:shop/confirm',
      'fn:shop/confirm sends evt:lost',
      'fn:shop/confirm sends evt:order:confirmed',
      'mcp:billing/find triggers fn:shop/find',
      'sched:shop/confirm:0 6 * * * triggers fn:shop/confirm',
      'wh:payments/stripe:POST triggers fn:shop/on-stripe',
    ]);
    expect(agents).toEqual([{ type: '::shop/Agent', name: 'Order agent' }]);
  });

  it('tells events that nobody handles, and where a send stands', () => {
    const { nodes, edges } = graph(null);
    expect(nodes.filter(({ unhandled }) => unhandled).map(({ id }) => id)).toEqual(['evt:lost']);
    expect(edges.find(({ to }) => to === 'evt:lost')).toMatchObject({
      doc: 'nobody hears it',
      via: '::shop/helper',
    });
  });

  it('of one agent has its functions and what they touch, and no more', () => {
    const { nodes } = graph('::shop/Agent');
    expect(nodes.map(({ id }) => id)).toEqual([
      'evt:lost',
      'evt:order:confirmed',
      'evt:order:created',
      'fn:shop/confirm',
      'sched:shop/confirm:0 6 * * *',
    ]);
    expect(nodes.find(({ id }) => id === 'fn:shop/confirm')).toMatchObject({
      namespace: '::shop',
      agent: '::shop/Agent',
      retry: { attempts: 2, delay_ms: 500 },
      at: { file: 'a.hot', line: 4 },
    });
  });

  it('reads what an older version left out as nothing', () => {
    const odd = [build({ agents: undefined, event_handlers: null, webhooks: [1], mcp_tools: { a: [null] } })];
    expect([declaredAgents(odd), declaredHandlers(odd)]).toEqual([[], []]);
  });
});
