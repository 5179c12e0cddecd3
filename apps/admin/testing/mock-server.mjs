// A stand-in for the admin API with invented data: `node apps/admin/testing/mock-server.mjs [port]`. Environments named
// "empty" and "broken" show those states. For component work and screenshots only.
import { createServer } from 'node:http';
import { readFileSync, existsSync } from 'node:fs';
import { join, extname, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  NOW,
  addStream,
  builds,
  events,
  idAt,
  makeTrace,
  projects,
  runs,
  sortEvents,
  sortRuns,
  streams,
} from './mock-data.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, '../../../dist/admin/browser');
const port = Number(process.argv[2] ?? 4699);
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};
const CSP =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'";

let signedIn = false;
const caps = [
  'view',
  'payload.view',
  'run.execute',
  'run.cancel',
  'project.create',
  'project.manage',
  'build.deploy',
  'key.own',
  'key.manage',
  'env.manage',
  'member.manage',
  'org.manage',
];
const env = (name) => ({ env_id: idAt(NOW), name, capabilities: caps });
const me = {
  user: { user_id: idAt(NOW), email: 'ada@example.com', name: 'Ada Lovelace' },
  csrf_token: 'csrf',
  api_url: 'http://localhost:4681',
  development: true,
  version: '0.1.0',
  orgs: [
    {
      org_id: idAt(NOW),
      slug: 'acme',
      name: 'Acme Tea Company',
      kind: 'organization',
      role: 'admin',
      envs: ['development', 'staging', 'production', 'empty', 'broken'].map(env),
    },
    {
      org_id: idAt(NOW),
      slug: 'personal',
      name: 'Personal',
      kind: 'individual',
      role: 'admin',
      envs: [env('development')],
    },
  ],
};
const keys = [
  {
    description: 'CI deployments',
    permissions: { 'build:*': ['*'], 'project:*': ['read', 'create'] },
    used: 4,
  },
  {
    description: 'Storefront',
    permissions: { 'event:order:*': ['create', 'read'], 'stream:*': ['read'] },
    used: 0.02,
  },
  { description: 'Local development', permissions: { '*:*': ['*'] }, used: 30 },
  {
    description: 'Old integration',
    permissions: { 'webhook:payments/*': ['execute'] },
    used: null,
    revoked: true,
  },
].map((k, i) => ({
  api_key_id: idAt(NOW - i * 1e8),
  description: k.description,
  prefix: `hot_0193a7b${i}`,
  state: k.revoked ? 'revoked' : 'active',
  permissions: k.permissions,
  created_at: new Date(NOW - (i + 1) * 9e7).toISOString(),
  created_by: { user_id: idAt(NOW), name: 'Ada Lovelace' },
  last_used_at: k.used === null ? null : new Date(NOW - k.used * 36e5).toISOString(),
  updated_at: new Date(NOW).toISOString(),
  mine_to_manage: !k.revoked,
}));

const meta = () => ({
  request_id: 'mock',
  timestamp: new Date().toISOString(),
  now: new Date().toISOString(),
});
const one = (data) => ({ data, meta: meta() });
const many = (list) => (v) =>
  v === undefined || v === '' ? () => true : (x) => String(v).split(',').includes(list(x));
function page(rows, q, facets) {
  const limit = Number(q.limit ?? 25);
  const offset = q.cursor ? Number(q.cursor) : Number(q.offset ?? 0);
  const out = {
    data: rows.slice(offset, offset + limit),
    pagination: {
      total: Math.min(10000, rows.length),
      total_is_capped: rows.length > 10000,
      limit,
      offset,
      has_more: offset + limit < rows.length,
      next_cursor: offset + limit < rows.length ? String(offset + limit) : null,
      prev_cursor: offset > 0 ? String(Math.max(0, offset - limit)) : null,
    },
    meta: meta(),
  };
  if (q.include === 'facets' && facets) out.facets = facets;
  return out;
}
const UNIT = { m: 6e4, h: 36e5, d: 864e5 };
function range(q, fallback) {
  if (q.from || q.to) return [q.from ? Date.parse(q.from) : 0, q.to ? Date.parse(q.to) : Date.now()];
  const t = q.t || fallback;
  if (t === 'all') return [0, Date.now()];
  return [Date.now() - parseInt(t, 10) * UNIT[t.slice(-1)], Date.now()];
}
const within =
  (key, [a, b]) =>
  (row) =>
    Date.parse(row[key]) >= a && Date.parse(row[key]) <= b;
const count = (rows, key) =>
  Object.entries(Object.groupBy(rows, (r) => r[key])).map(([value, list]) => ({ value, count: list.length }));
const zero = () => ({ total: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0, pending_retry: 0 });
const tally = (rows) =>
  rows.reduce((sum, r) => ({ ...sum, total: sum.total + 1, [r.status]: sum[r.status] + 1 }), zero());
const tallyEvents = (rows) =>
  rows.reduce((sum, r) => ({ ...sum, total: sum.total + 1, [r.state]: sum[r.state] + 1 }), {
    total: 0,
    handled: 0,
    unhandled: 0,
    pending: 0,
  });
const mean = (rows) =>
  rows.length === 0 ? null : Math.round(rows.reduce((s, r) => s + (r.duration_us ?? 0), 0) / rows.length);

function dashboard(q, empty) {
  const r = range(q, '24h');
  if (r[0] === 0) r[0] = Date.now() - 45 * 864e5;
  const span = r[1] - r[0];
  const [g, width] =
    span <= 36e5
      ? ['minute', 6e4]
      : span <= 6 * 36e5
        ? ['5m', 3e5]
        : span <= 864e5 * 1.01
          ? q.g === 'hour'
            ? ['hour', 36e5]
            : ['15m', 9e5]
          : span <= 3.1 * 864e5
            ? ['hour', 36e5]
            : span <= 7.1 * 864e5
              ? ['3h', 3 * 36e5]
              : ['day', 864e5];
  const ofProject = many((x) => x.project)(q.project);
  const all = empty ? [] : runs.filter(ofProject);
  const rs = all.filter(within('started_at', r));
  const es = empty ? [] : events.filter(within('event_time', r));
  const before = [r[0] - span, r[0]];
  const buckets = [];
  for (let at = Math.floor(r[0] / width) * width; at < r[1]; at += width) {
    const b = [at, at + width];
    const inRuns = rs.filter((x) => within('started_at', b)(x));
    buckets.push({
      start: new Date(at).toISOString(),
      end: new Date(at + width).toISOString(),
      runs: tally(inRuns),
      mean_duration_us: mean(inRuns),
      events: q.project ? null : tallyEvents(es.filter((x) => within('event_time', b)(x))),
    });
  }
  const prev = all.filter(within('started_at', before));
  return {
    now: new Date().toISOString(),
    range: { from: new Date(r[0]).toISOString(), to: new Date(r[1]).toISOString() },
    granularity: g,
    granularities: g === '15m' ? ['5m', '15m', 'hour'] : [g],
    hero: {
      runs: tally(rs),
      runs_before: empty ? null : tally(prev),
      mean_duration_us: mean(rs),
      mean_duration_before_us: mean(prev),
      events: q.project ? null : tallyEvents(es),
      events_before: q.project || empty ? null : tallyEvents(events.filter(within('event_time', before))),
      streams: {
        total: empty ? 0 : streams.filter(within('started_at', r)).length,
        total_is_capped: false,
        failed: empty ? 0 : streams.filter(within('started_at', r)).filter((s) => s.failed_runs).length,
        active: empty ? 0 : 1,
      },
      queued: empty ? 0 : 2,
    },
    buckets,
    run_types: ['event', 'call', 'schedule', 'run', 'eval', 'repl']
      .map((type) => ({
        type,
        count: rs.filter((x) => x.type === type).length,
        failed: rs.filter((x) => x.type === type && x.status === 'failed').length,
      }))
      .filter((x) => x.count),
    deploys: empty
      ? []
      : builds
          .filter((b) => b.ready_at && within('ready_at', r)(b))
          .map((b) => ({ at: b.ready_at, project: b.project, build_id: b.build_id, hash: b.hash })),
    failed_runs: rs.filter((x) => x.status === 'failed').slice(0, 10),
    unhandled_events: es.filter((x) => x.state === 'unhandled').slice(0, 10),
    last_activity_at: empty ? null : runs[0].started_at,
    projects: empty ? [] : projects.map((p) => p.name),
    has_builds: !empty,
  };
}

const can = {
  retry: { ok: true },
  rerun: { ok: true },
  cancel: { ok: false, reason: 'This run has finished.' },
};
const detail = (run) => ({
  ...run,
  failure:
    run.status === 'failed'
      ? {
          kind: 'unhandled-error',
          message: run.error_preview,
          at: { file: 'src/orders/flow.hot', line: 54, column: 5 },
          stack: [
            { function: '::orders::flow/charge', at: { file: 'src/orders/flow.hot', line: 41, column: 9 } },
            {
              function: '::orders::flow/on-validated',
              at: { file: 'src/orders/flow.hot', line: 54, column: 5 },
            },
          ],
        }
      : null,
  max_attempts: 3,
  rerun_of_run_id: null,
  accepted_at: new Date(Date.parse(run.started_at) - (run.waiting_us ?? 0) / 1000).toISOString(),
  call_count: 118,
  trace_bytes: 15000,
  stream_data_count: 3,
  notes: [],
  attribution: {
    kind: 'api_key',
    id: keys[1].api_key_id,
    name: 'Storefront',
    revoked: false,
    ip: '203.0.113.7',
    user_agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/139.0 Safari/537.36',
    method: 'POST',
    path: '/v1/events',
    at: run.started_at,
  },
  has_input: true,
  has_result: run.status !== 'running',
  can:
    run.status === 'running'
      ? {
          retry: { ok: false, reason: 'Only failed runs can be retried.' },
          rerun: { ok: false, reason: 'This run has not finished.' },
          cancel: { ok: true },
        }
      : {
          ...can,
          retry:
            run.status === 'failed'
              ? { ok: true }
              : { ok: false, reason: 'Only failed runs can be retried.' },
        },
});
const INPUT =
  '{"id":"A-10482","customer":"Ada","card":"visa-4242","lines":[{"sku":"teapot","qty":2,"price":24.5},{"sku":"green-tea","qty":3,"price":6.20}],"price":{"total":67.60,"currency":"EUR"},"placed-at":"2026-03-04T09:15:22Z","big":12345678901234567890,"gift":false,"note":null}';
const value = (json) => one({ json, bytes: json.length, truncated: false });
let big;
const handlers = () => [
  {
    event_type: 'order:placed',
    function: '::orders::flow/on-placed',
    doc: 'Checks a new order. A good one goes on to be charged, a bad one is rejected with its reasons.',
    at: { file: 'src/orders/flow.hot', line: 8, column: 1 },
    retries: 0,
  },
  {
    event_type: 'order:validated',
    function: '::orders::flow/on-validated',
    doc: 'Charges the card. Time-outs of the provider are retried.',
    at: { file: 'src/orders/flow.hot', line: 47, column: 1 },
    retries: 2,
  },
];

function envRoute(method, parts, q, body, envName) {
  const empty = envName === 'empty';
  if (envName === 'broken')
    return [
      500,
      {
        error: {
          code: 'internal_server_error',
          message: 'Something went wrong. The details are in the log under the request id.',
          request_id: '0b9d6a52-6a8e-4c0b-9f0e-0c3f3d7a5b11',
        },
      },
    ];
  const [a, b, c, d] = parts;
  if (a === 'nav')
    return [
      200,
      one({
        runs_running: empty ? 0 : 2,
        events_unhandled_24h: empty ? 0 : 25,
        runs_failed_24h: empty ? 0 : 9,
      }),
    ];
  if (a === 'dashboard') return [200, one(dashboard(q, empty))];
  if (a === 'runs' && !b) {
    const r = range(q, 'all');
    let rows = empty
      ? []
      : runs
          .filter(within('started_at', r))
          .filter(many((x) => x.status)(q.status))
          .filter(many((x) => x.type)(q.type))
          .filter(many((x) => x.project)(q.project));
    if (q.q) rows = rows.filter((x) => x.function.includes(q.q) || x.run_id.includes(q.q));
    const facets = {
      status: count(rows, 'status'),
      type: count(rows, 'type'),
      project: count(rows, 'project'),
    };
    if (q.sort === 'duration') rows = [...rows].sort((x, y) => (x.duration_us ?? 0) - (y.duration_us ?? 0));
    if (q.sort === '-duration') rows = [...rows].sort((x, y) => (y.duration_us ?? 0) - (x.duration_us ?? 0));
    if (q.sort === 'started') rows = [...rows].reverse();
    return [200, page(rows, q, facets)];
  }
  if (a === 'runs') {
    const run = runs.find((x) => x.run_id === b);
    if (!run) return [404, { error: { code: 'not_found', message: 'Run not found', request_id: 'mock' } }];
    if (!c) return [200, one(detail(run))];
    if (c === 'input') return [200, value(INPUT)];
    if (c === 'result')
      return [
        200,
        value(
          run.status === 'failed'
            ? `{"$type":"::hot::run/Failure","$val":{"msg":"${run.error_preview}","err":{"code":51}}}`
            : '{"order":"A-10482","status":"charged","payment":{"card":"visa-4242","amount":67.60,"receipt":"r-9-0"}}',
        ),
      ];
    if (c === 'trace') return [200, one((big ??= makeTrace(Number(process.env.CALLS ?? 118))))];
    if (c === 'calls')
      return [
        200,
        one({
          args: `[${INPUT}]`,
          result: '{"card":"visa-4242","amount":67.60}',
          error: Number(d) === 0 ? '{"message":"card declined","card":"declined"}' : null,
        }),
      ];
    if (c === 'hierarchy') {
      const same = runs.filter((x) => x.stream_id === run.stream_id);
      return [
        200,
        one({
          nodes: same.map((x) => ({
            run_id: x.run_id,
            parent_run_id: x.origin_run_id,
            retry_of_run_id: null,
            function: x.function,
            type: x.type,
            event_type: x.event_type,
            status: x.status,
            attempt: x.attempt,
            started_at: x.started_at,
            duration_us: x.duration_us,
          })),
          truncated: false,
        }),
      ];
    }
    return [202, one({ event_id: idAt(Date.now()), stream_id: run.stream_id })];
  }
  if (a === 'events' && b === 'types')
    return [
      200,
      one([
        {
          type: 'order:placed',
          handlers: [
            {
              function: '::orders::flow/on-placed',
              project: 'orders',
              doc: 'Checks a new order. A good one goes on to be charged, a bad one is rejected with its reasons.',
              examples: [
                {
                  title: 'Two teapots',
                  json: '{"id": "A-1001", "customer": "Ada", "card": "visa-4242", "lines": [{"sku": "teapot", "qty": 2, "price": 24.5}]}',
                },
                {
                  title: 'Card that is declined',
                  json: '{"id": "A-1003", "customer": "Linus", "card": "declined", "lines": []}',
                },
              ],
            },
          ],
        },
        {
          type: 'order:shipped',
          handlers: [
            { function: '::orders::flow/on-shipped', project: 'orders', doc: null, examples: [] },
            {
              function: '::notify::mail/send-shipping-mail',
              project: 'notifications',
              doc: null,
              examples: [],
            },
          ],
        },
        {
          type: 'invoice:due',
          handlers: [{ function: '::billing::invoices/issue', project: 'billing', doc: null, examples: [] }],
        },
      ]),
    ];
  if (a === 'events' && !b && method === 'POST') {
    const stream = addStream(Date.now());
    sortRuns();
    sortEvents();
    return [201, one({ event_id: events.find((e) => e.stream_id === stream).event_id, stream_id: stream })];
  }
  if (a === 'events' && !b) {
    let rows = empty
      ? []
      : events
          .filter(within('event_time', range(q, 'all')))
          .filter(many((x) => x.state)(q.state))
          .filter(many((x) => x.source)(q.source));
    if (q.type)
      rows = rows.filter((x) =>
        q.type.endsWith('*') ? x.type.startsWith(q.type.slice(0, -1)) : x.type === q.type,
      );
    if (q.q) rows = rows.filter((x) => x.type.includes(q.q));
    return [200, page(rows, q, { state: count(rows, 'state'), source: count(rows, 'source') })];
  }
  if (a === 'events') {
    const event = events.find((x) => x.event_id === b);
    if (!event)
      return [404, { error: { code: 'not_found', message: 'Event not found', request_id: 'mock' } }];
    if (c === 'runs')
      return [
        200,
        page(
          runs.filter((x) => x.event_id === b),
          q,
        ),
      ];
    return [
      200,
      one({
        ...event,
        payload: { json: INPUT, bytes: event.bytes, truncated: false },
        attribution: {
          kind: 'api_key',
          id: keys[1].api_key_id,
          name: 'Storefront',
          revoked: false,
          ip: '203.0.113.7',
          user_agent: 'hot-sdk-python/1.4',
          method: 'POST',
          path: '/v1/events',
          at: event.event_time,
        },
        near_types:
          event.state === 'unhandled' && event.type === 'order:palced'
            ? [{ type: 'order:placed', project: 'orders' }]
            : [],
      }),
    ];
  }
  if (a === 'streams' && !b)
    return [
      200,
      page(
        (empty ? [] : streams)
          .filter(within('started_at', range(q, 'all')))
          .filter(many((x) => x.state)(q.state)),
        q,
        { state: count(streams, 'state') },
      ),
    ];
  if (a === 'streams') {
    const stream = streams.find((x) => x.stream_id === b);
    if (!stream)
      return [404, { error: { code: 'not_found', message: 'Stream not found', request_id: 'mock' } }];
    if (c === 'members') {
      const rows = [
        ...events
          .filter((x) => x.stream_id === b)
          .map((x) => ({
            kind: 'event',
            id: x.event_id,
            parent_id: x.origin_run_id,
            label: x.type,
            state: x.state,
            source: x.source,
            at: x.event_time,
          })),
        ...runs
          .filter((x) => x.stream_id === b)
          .map((x) => ({
            kind: 'run',
            id: x.run_id,
            parent_id: x.event_id,
            label: x.function,
            type: x.type,
            status: x.status,
            project: x.project,
            attempt: x.attempt,
            retry_of_run_id: null,
            at: x.started_at,
            stopped_at: x.stopped_at,
            duration_us: x.duration_us,
          })),
      ].sort((x, y) => (x.at > y.at ? 1 : -1));
      return [200, page(rows, { limit: 500 })];
    }
    if (c === 'data')
      return [
        200,
        page(
          [1, 2, 3].map((n) => ({
            stream_data_id: idAt(NOW),
            run_id: runs.find((x) => x.stream_id === b).run_id,
            data_type: 'progress',
            payload: `{"order":"A-10482","packed":${n},"of":3,"sku":"teapot"}`,
            at: stream.started_at,
          })),
          q,
        ),
      ];
    return [200, one(stream)];
  }
  if (a === 'projects' && !b) return [200, page(empty ? [] : projects, q)];
  if (a === 'projects') {
    const project = projects.find((x) => x.name === b);
    if (!project)
      return [404, { error: { code: 'not_found', message: 'Project not found', request_id: 'mock' } }];
    if (c === 'builds')
      return [
        200,
        page(
          builds.filter((x) => x.project === b),
          q,
        ),
      ];
    if (method === 'PATCH') {
      project.active = body.active;
      project.state = body.active ? 'RUNNING' : 'DISABLED';
    }
    return [200, one(project)];
  }
  if (a === 'builds') {
    const build = builds.find((x) => x.build_id === b);
    if (c === 'changes')
      return [
        200,
        one({
          from: builds.find((x) => x.project === build.project && x.deployed),
          to: build,
          added: [],
          removed: [
            {
              event_type: 'order:rejected',
              function: '::orders::flow/on-rejected',
              doc: null,
              at: null,
              retries: 0,
            },
          ],
          missing_context_keys: [],
        }),
      ];
    if (c === 'deploy') {
      for (const x of builds) if (x.project === build.project) x.deployed = x.serving = x === build;
      build.runtime_status = 'loading';
      return [202, one(build)];
    }
    return [
      200,
      one({
        ...build,
        handlers: handlers(),
        warnings: [],
        context_keys: [{ key: 'PAYMENT_URL', required: true, set: true }],
        can: { deploy: { ok: true } },
      }),
    ];
  }
  if (a === 'api-keys' && b === 'grantable') return [200, one({ '*:*': ['*'] })];
  if (a === 'api-keys' && !b) {
    if (method === 'POST') {
      const key = {
        ...keys[0],
        api_key_id: idAt(Date.now()),
        description: body.description,
        permissions: body.permissions,
        last_used_at: null,
        created_at: new Date().toISOString(),
      };
      keys.unshift(key);
      return [
        201,
        one({ key, token: `hot_${key.api_key_id.replaceAll('-', '')}_${'0123456789abcdef'.repeat(4)}` }),
      ];
    }
    return [200, page(empty ? [] : keys.filter(many((x) => x.state)(q.state)), q)];
  }
  if (a === 'api-keys') {
    const key = keys.find((x) => x.api_key_id === b);
    if (method === 'DELETE') {
      key.state = 'revoked';
      return [204];
    }
    if (method === 'PATCH') Object.assign(key, body);
    return [200, one(key)];
  }
  if (a === 'permissions')
    return [
      200,
      one([
        { type: 'event', path: 'order:placed', label: 'orders' },
        { type: 'event', path: 'order:validated', label: 'orders' },
        { type: 'project', path: 'orders', label: null },
        { type: 'project', path: 'billing', label: null },
      ]),
    ];
  return [404, { error: { code: 'not_found', message: 'Route not found', request_id: 'mock' } }];
}

function live(res) {
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  let id = 0;
  const say = (topic, data) => res.write(`id: ${(id += 1)}\ndata: ${JSON.stringify({ topic, data })}\n\n`);
  say('heartbeat', { now: new Date().toISOString() });
  const beat = setInterval(() => say('heartbeat', { now: new Date().toISOString() }), 15000);
  const work = process.env.LIVE
    ? setInterval(() => {
        const stream = addStream(Date.now());
        sortRuns();
        sortEvents();
        const run = runs.find((x) => x.stream_id === stream);
        say('event:created', {
          event_id: run.event_id,
          stream_id: stream,
          type: run.event_type,
          source: 'api',
        });
        say('run:start', { ...run, status: 'running', stopped_at: null, duration_us: null });
        setTimeout(() => say('run:stop', run), 600);
      }, 2500)
    : undefined;
  res.on('close', () => {
    clearInterval(beat);
    clearInterval(work);
  });
}

createServer(async (req, res) => {
  const url = new URL(req.url, 'http://x');
  if (!url.pathname.startsWith('/admin/v1')) {
    const file = join(dist, url.pathname);
    const target = extname(url.pathname) && existsSync(file) ? file : join(dist, 'index.html');
    res.writeHead(200, {
      'content-type': TYPES[extname(target)] ?? 'application/octet-stream',
      'content-security-policy': CSP,
      'cache-control': 'no-store',
    });
    res.end(readFileSync(target));
    return;
  }
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  const body = chunks.length ? JSON.parse(Buffer.concat(chunks)) : undefined;
  const send = (status, data) => {
    res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    res.end(data === undefined ? undefined : JSON.stringify(data));
  };
  const path = url.pathname.slice('/admin/v1'.length);
  const q = Object.fromEntries(url.searchParams);
  const lag = Number(process.env.LAG ?? 0);
  if (lag) await new Promise((r) => setTimeout(r, lag));
  if (path === '/auth/config') return send(200, one({ local_sign_in: true, version: '0.1.0' }));
  if (path.startsWith('/login')) {
    if (path === '/login' && body.password !== 'secret')
      return send(401, {
        error: { code: 'unauthorized', message: 'Email or password is wrong', request_id: 'mock' },
      });
    signedIn = true;
    return send(200, one(me));
  }
  if (path === '/logout') {
    signedIn = false;
    return send(204);
  }
  if (!signedIn && !process.env.SIGNED_IN)
    return send(401, { error: { code: 'unauthorized', message: 'Sign in', request_id: 'mock' } });
  if (path === '/me') return send(200, one(me));
  if (path === '/resolve') {
    const run = runs.find((x) => x.run_id === q.id);
    return run
      ? send(200, one({ kind: 'run', id: run.run_id, org: 'acme', env: 'development', project: null }))
      : send(404, { error: { code: 'not_found', message: 'Nothing has this id', request_id: 'mock' } });
  }
  const match = /^\/orgs\/([^/]+)\/envs\/([^/]+)\/(.*)$/.exec(path);
  if (!match)
    return send(404, { error: { code: 'not_found', message: 'Route not found', request_id: 'mock' } });
  if (match[3] === 'live') return match[2] === 'broken' ? send(500, {}) : live(res);
  const [status, data] = envRoute(
    req.method,
    match[3].split('/').map(decodeURIComponent),
    q,
    body,
    decodeURIComponent(match[2]),
  );
  send(status, data);
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`));
