// Invented rows for component tests and screenshots. Never part of the product.
let seed = 42;
export const random = () => {
  seed = (seed * 1664525 + 1013904223) >>> 0;
  return seed / 2 ** 32;
};
const pick = (list) => list[Math.floor(random() * list.length)];
const hex = (n) => Array.from({ length: n }, () => Math.floor(random() * 16).toString(16)).join('');
export const idAt = (ms) => {
  const t = Math.floor(ms).toString(16).padStart(12, '0');
  return `${t.slice(0, 8)}-${t.slice(8)}-7${hex(3)}-8${hex(3)}-${hex(12)}`;
};
export const NOW = Date.now();
const HOUR = 3_600_000;
const iso = (ms) => new Date(ms).toISOString();

const FUNCTIONS = {
  orders: [
    ['order:placed', '::orders::flow/on-placed'],
    ['order:validated', '::orders::flow/on-validated'],
    ['order:charged', '::orders::flow/on-charged'],
    ['order:shipped', '::orders::flow/on-shipped'],
    ['order:rejected', '::orders::flow/on-rejected'],
  ],
  billing: [
    ['invoice:due', '::billing::invoices/issue'],
    ['invoice:paid', '::billing::ledger/book-payment'],
  ],
  notifications: [['order:shipped', '::notify::mail/send-shipping-mail']],
};
const ERRORS = [
  'Order A-10482 was not charged: card declined',
  'PaymentTimeout: no answer from payments.example in 5 s',
  'Expected Dec, found Null at order.price.total',
];

const person = { user_id: idAt(NOW - 900 * HOUR), name: 'Ada Lovelace' };
export const builds = [];
export const projects = Object.keys(FUNCTIONS).map((name, index) => {
  const list = Array.from({ length: index === 0 ? 6 : 2 }, (_, i) => {
    const at = NOW - (i * 31 + index * 5 + 2) * HOUR;
    return {
      build_id: idAt(at),
      project: name,
      hash: hex(64),
      type: 'bundle',
      size: 8000 + Math.floor(random() * 400000),
      deployed: i === 0,
      serving: i === 0,
      active: i < 5,
      deployment_sequence: i === 2 ? 0 : 6 - i,
      runtime_status: i === 0 ? 'ready' : i === 2 ? 'pending' : i === 3 ? 'failed' : 'superseded',
      runtime_error:
        i === 3 ? 'flow.hot:41:9 Unknown name `qoute` in ::orders::pricing. Did you mean `quote`?' : null,
      ready_at: i === 2 || i === 3 ? null : iso(at + 4000),
      created_at: iso(at),
      created_by: person,
      engine_version: '2.9.0',
      std_version: '2.9.0',
    };
  });
  builds.push(...list);
  return {
    project_id: idAt(NOW - 900 * HOUR),
    name,
    active: index < 3,
    state: index === 2 ? 'FAILED' : 'RUNNING',
    update_failed: index === 1,
    deployed_build: list[0],
    serving_build_id: list[0].build_id,
    builds: list.length,
    handlers: FUNCTIONS[name].length,
    runs_24h: {
      total: 0,
      failed: 0,
      spark: Array.from({ length: 24 }, () => ({
        ok: Math.floor(random() * 40),
        failed: random() < 0.2 ? Math.floor(random() * 4) : 0,
      })),
    },
    created_at: iso(NOW - 900 * HOUR),
    created_by: person,
    can: { deploy: { ok: true }, activate: { ok: true }, deactivate: { ok: true } },
  };
});
for (const p of projects) {
  p.runs_24h.total = p.runs_24h.spark.reduce((s, b) => s + b.ok + b.failed, 0);
  p.runs_24h.failed = p.runs_24h.spark.reduce((s, b) => s + b.failed, 0);
}

export const runs = [];
export const events = [];
export const streams = [];
export function addStream(at) {
  const project = pick(['orders', 'orders', 'orders', 'billing', 'notifications']);
  const chain = FUNCTIONS[project];
  const stream_id = idAt(at);
  let t = at;
  let parent = null;
  let failed = 0;
  const length = 1 + Math.floor(random() * Math.min(4, chain.length));
  for (let i = 0; i < length; i += 1) {
    const [type, fn] = chain[i];
    const event = {
      event_id: idAt(t),
      type,
      state: 'handled',
      payload_preview: `{"id":"A-${1000 + Math.floor(random() * 9000)}","customer":"Ada","lines":[{"sku":"teapot","qty":2,"price":24.5}]}`,
      bytes: 180 + Math.floor(random() * 4000),
      source: parent ? 'code' : pick(['api', 'api', 'app']),
      handlers: { matched: 1, ok: 1, failed: 0, open: 0 },
      event_time: iso(t),
      stream_id,
      origin_run_id: parent,
    };
    events.push(event);
    const status = random() < 0.05 ? 'failed' : random() < 0.02 ? 'cancelled' : 'succeeded';
    const duration = Math.floor(1200 + random() ** 4 * 5_400_000);
    const wait = Math.floor(800 + random() * 9000);
    const start = t + wait / 1000;
    const build = builds.find((b) => b.project === project && b.deployed);
    const run = {
      run_id: idAt(start),
      status,
      type: random() < 0.1 ? 'call' : 'event',
      function: fn,
      error_preview: status === 'failed' ? pick(ERRORS) : null,
      project_id: projects.find((p) => p.name === project).project_id,
      project,
      build: { build_id: build.build_id, hash: build.hash, deployed: true },
      stream_id,
      event_id: event.event_id,
      event_type: type,
      origin_run_id: parent,
      retry_of_run_id: null,
      started_at: iso(start),
      stopped_at: iso(start + duration / 1000),
      duration_us: duration,
      waiting_us: wait,
      attempt: 1,
      next_attempt_at: null,
    };
    runs.push(run);
    parent = run.run_id;
    t = start + duration / 1000 + 2;
    if (status !== 'succeeded') {
      event.handlers = { matched: 1, ok: 0, failed: 1, open: 0 };
      failed += 1;
      break;
    }
  }
  streams.push({
    stream_id,
    state: failed ? 'failed' : 'settled',
    root_label: chain[0][0],
    runs: length,
    events: length,
    failed_runs: failed,
    started_at: iso(at),
    last_activity_at: iso(t),
    duration_us: Math.floor((t - at) * 1000),
    root_event_id: events.find((e) => e.stream_id === stream_id).event_id,
    attribution: null,
    data_count: 3,
  });
  return stream_id;
}
for (let i = 0; i < 1500; i += 1) {
  const ago = random() ** 2 * 40 * 24 * HOUR;
  addStream(NOW - ago - 60_000);
}
for (let i = 0; i < 31; i += 1) {
  const at = NOW - random() * 30 * HOUR;
  events.push({
    event_id: idAt(at),
    type: pick(['user:created', 'order:palced', 'cart.updated']),
    state: 'unhandled',
    payload_preview: '{"user":{"id":4711,"email":"grace@example.com"}}',
    bytes: 320,
    source: 'api',
    handlers: { matched: 0, ok: 0, failed: 0, open: 0 },
    event_time: iso(at),
    stream_id: idAt(at),
    origin_run_id: null,
  });
}
for (let i = 0; i < 2; i += 1) {
  const last = runs.reduce((a, b) => (a.started_at > b.started_at ? a : b));
  const at = NOW - 9000 * (i + 1);
  runs.push({
    ...last,
    run_id: idAt(at),
    status: i === 0 ? 'running' : 'pending_retry',
    started_at: iso(at),
    stopped_at: i === 0 ? null : iso(at + 900),
    duration_us: i === 0 ? null : 900_000,
    error_preview: i === 0 ? null : ERRORS[1],
    attempt: i + 1,
    next_attempt_at: i === 0 ? null : iso(NOW + 3_600_000),
  });
}
export const sortRuns = () => runs.sort((a, b) => (a.started_at < b.started_at ? 1 : -1));
export const sortEvents = () => events.sort((a, b) => (a.event_time < b.event_time ? 1 : -1));
sortRuns();
sortEvents();
streams.sort((a, b) => (a.started_at < b.started_at ? 1 : -1));

export function makeTrace(calls) {
  const names = [
    '::orders::flow/on-validated',
    '<cond>',
    '::orders::flow/charge',
    'get',
    'starts-with',
    'eq',
    'map',
    '::orders::pricing/quote',
    '::orders::pricing/line-total',
    'mul',
    'reduce',
    'add',
    'send',
    '<match>',
    '::hot::http/post',
  ];
  const t = {
    state: 'available',
    dropped: calls > 20000 ? 128 : 0,
    names,
    files: ['src/orders/flow.hot', 'src/orders/pricing.hot'],
    parent: [],
    name: [],
    start_us: [],
    duration_us: [],
    flags: [],
    file: [],
    line: [],
    branches: [],
  };
  const total = calls > 1000 ? 5_400_000 : 412_000;
  const add = (parent, name, start, duration, flags) => {
    const i = t.parent.length;
    t.parent.push(parent);
    t.name.push(name);
    t.start_us.push(start);
    t.duration_us.push(duration);
    t.flags.push(flags | 12);
    t.file.push(i % 3 === 0 ? 1 : 0);
    t.line.push(10 + (i % 80));
    if (names[name].startsWith('<')) t.branches.push({ call: i, label: name === 1 ? 'branch 2' : 'Some' });
    return i;
  };
  const grow = (parent, start, duration, depth) => {
    if (t.parent.length >= calls) return;
    const kids = depth > 5 ? 0 : 1 + Math.floor(random() * (calls > 1000 ? 9 : 4));
    let at = start + duration * 0.04;
    for (let k = 0; k < kids && t.parent.length < calls; k += 1) {
      const d = Math.max(1, Math.floor((duration * 0.9 * (0.2 + random())) / Math.max(1, kids)));
      if (at + d > start + duration) break;
      const i = add(
        parent,
        1 + Math.floor(random() * (names.length - 1)),
        Math.floor(at),
        d,
        random() < 0.004 ? 1 : 0,
      );
      grow(i, at, d, depth + 1);
      at += d + duration * 0.01;
    }
  };
  const root = add(-1, 0, 0, total, 1);
  const tops = calls > 1000 ? 400 : 6;
  for (let k = 0; k < tops; k += 1) {
    const i = add(
      root,
      1 + Math.floor(random() * (names.length - 1)),
      Math.floor((total * (k + 0.1)) / tops),
      Math.floor((total * 0.8) / tops),
      k === tops - 1 ? 1 : 0,
    );
    grow(i, t.start_us[i], t.duration_us[i], 1);
  }
  return t;
}
