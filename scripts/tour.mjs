/**
 * `npm run tour`, while the platform runs: publishes an order, prints its live stream up to the end of its first run,
 * then fetches that run and its trace. Exits non-zero when anything is not as it should be.
 *
 * HOT_API_URL, HOT_APP_URL  http://127.0.0.1:4681 and :4680
 * HOT_API_KEY  the key that `npm start` prints; found by itself on the machine it runs on
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, Failure } from './lib/failure.mjs';
import { root } from './lib/paths.mjs';
import { bold, dim, green } from './lib/steps.mjs';

const { env } = process;
const API = env.HOT_API_URL ?? `http://127.0.0.1:${env.HOT_API_PORT ?? 4681}`;
const APP = env.HOT_APP_URL ?? `http://127.0.0.1:${env.HOT_APP_PORT ?? 4680}`;
const SSE_TIMEOUT_MS = 20_000;

const ORDER = {
  id: `T-${Date.now() % 100_000}`,
  customer: 'Ada',
  card: 'visa-4242',
  lines: [
    { sku: 'teapot', qty: 2, price: 24.5 },
    { sku: 'green-tea', qty: 3, price: 6.2 },
  ],
};

async function main() {
  const key = apiKey();
  title('An order is placed, and its stream followed');
  const { published, run } = await followOrder(key);
  title('The run, as the API tells it');
  const { data: fetched } = await json(`${API}/v1/runs/${run.run_id}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  expect(fetched.status === 'succeeded', `the run ended as ${fetched.status}`);
  expect(fetched.event_id === published.event_id, 'the run belongs to another event');
  console.log(`  ${fetched.run_id}  ${green(fetched.status)}  ${JSON.stringify(fetched.result)}`);
  title('Its trace');
  await printTrace(fetched.run_id);
  console.log(`\n${dim('See it in the app:')} ${APP}/o/local/e/development/runs/${fetched.run_id}\n`);
}

function apiKey() {
  if (env.HOT_API_KEY) return env.HOT_API_KEY;
  const file = join(resolve(root, env.HOT_DATA_DIR ?? '.data'), 'local.json');
  if (existsSync(file)) {
    const { apiKey: key } = JSON.parse(readFileSync(file, 'utf8'));
    if (key) return key;
  }
  throw new Failure('No API key. Start the platform with npm start, or set HOT_API_KEY.');
}

/** Publishes and reads the stream until the order's own run has ended. */
async function followOrder(key) {
  const response = await reach(`${API}/v1/streams/subscribe-with-event`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ event_type: 'order:placed', event_data: ORDER }),
    signal: AbortSignal.timeout(SSE_TIMEOUT_MS),
  });
  expect(
    response.status === 200,
    `subscribe-with-event answered ${response.status}: ${response.ok ? '' : await response.text()}`,
  );
  const decoder = new TextDecoder();
  let rest = '';
  let published;
  let started = false;
  for await (const chunk of response.body) {
    rest += decoder.decode(chunk, { stream: true });
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const data = /^data: (.*)$/m.exec(rest.slice(0, end))?.[1];
      rest = rest.slice(end + 2);
      if (data === undefined) continue;
      const message = JSON.parse(data);
      console.log(`  ${message.type.padEnd(16)} ${dim(data.length > 150 ? `${data.slice(0, 150)}…` : data)}`);
      published ??= message;
      expect(published.type === 'event:published', `the first message was ${published.type}`);
      const isOurs = message.run?.event_id === published.event_id;
      if (isOurs && message.type === 'run:start') started = true;
      if (isOurs && message.type === 'run:fail')
        throw new Failure(`The run failed: ${JSON.stringify(message.run.result)}`);
      if (isOurs && message.type === 'run:stop') {
        expect(started, 'run:stop came without run:start');
        await response.body.cancel().catch(() => {});
        return { published, run: message.run };
      }
    }
  }
  throw new Failure('The stream ended before the run did.');
}

/** The trace belongs to the app's own API: signs in as the local user, which one click does in the app. */
async function printTrace(runId) {
  const login = await reach(`${APP}/admin/v1/login/local`, { method: 'POST', headers: { origin: APP } });
  expect(
    login.ok,
    `the one-click sign-in answered ${login.status}; is this development mode, on this machine?`,
  );
  const cookie = login.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const base = `${APP}/admin/v1/orgs/local/envs/development/runs/${runId}`;
  const { data: trace } = await json(`${base}/trace`, { headers: { cookie } });
  expect(trace.state === 'available', `the trace is ${trace.state}`);
  expect(trace.parent.length > 0, 'the trace is empty');
  const depth = [];
  trace.parent.forEach((parent, call) => {
    depth[call] = parent < 0 ? 0 : depth[parent] + 1;
    const place = trace.file[call] < 0 ? '' : `${trace.files[trace.file[call]]}:${trace.line[call]}`;
    const name = '  '.repeat(depth[call]) + trace.names[trace.name[call]];
    console.log(`  ${name.padEnd(52)} ${String(trace.duration_us[call]).padStart(6)} µs  ${dim(place)}`);
  });
  // Values of the namespaces come first; the handler's own call holds the order.
  const handler = trace.name.findIndex((name) => trace.names[name] === '::orders::flow/on-placed');
  expect(handler >= 0, 'the handler itself is not in its trace');
  const { data: values } = await json(`${base}/calls/${handler}`, { headers: { cookie } });
  expect(values.args?.includes(ORDER.id), 'the handler does not show its argument');
}

async function json(url, options) {
  const response = await reach(url, options);
  const text = await response.text();
  expect(response.ok, `${url} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

async function reach(url, options) {
  try {
    return await fetch(url, options);
  } catch (cause) {
    throw new Failure(`No answer from ${new URL(url).origin}. Start the platform with npm start.`, { cause });
  }
}

function expect(isSo, otherwise) {
  if (!isSo) throw new Failure(`Off: ${otherwise}`);
}

function title(text) {
  console.log(`\n${bold(text)}`);
}

main().catch((error) => {
  console.error(`\n${describe(error)}\n`);
  process.exit(1);
});
