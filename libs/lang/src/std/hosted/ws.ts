/** `::hot::ws`: connections over which messages go both ways. */
import { Iter } from '../../runtime/iter';
import { consumeAt } from '../../runtime/consume';
import { hardError } from '../../runtime/halt';
import { HotMap } from '../../runtime/hot-map';
import { writeJson } from '../../runtime/json-write';
import { strOf } from '../../runtime/operations';
import { err, Tagged, TypeInfo, type Fiber, type Value } from '../../runtime/values';
import { native, type NativeDef } from '../../runtime/native-def';
import { payloadOf } from '../limits';
import { answeredBytes, bytesJson, hostCall, hostCallJson, isErr, record, type Refusals } from './call';
import { jsonOr } from './http-message';

const CONNECTION = new TypeInfo('::hot::ws/WsConnection');
const NS = '::hot::ws';

/** The id of a connection; null for what is none. */
function idOf(conn: Value): string | null {
  const map = conn instanceof Tagged && conn.type.name === CONNECTION.name ? conn.val : null;
  const id = map instanceof HotMap ? map.getStr('id') : null;
  return typeof id === 'string' ? id : null;
}

/** Text is JSON where it is JSON; undefined at the end. */
function messageOf(fb: Fiber, answer: Value): Value | undefined {
  if (!(answer instanceof HotMap)) return undefined;
  const text = answer.getStr('text');
  if (typeof text === 'string') return jsonOr(text, text, fb.r.program.typeNamed);
  return answeredBytes(answer.getStr('bytes') ?? null) ?? undefined;
}

function messages(id: Value): Iter {
  return new Iter(
    () => {
      throw hardError(0, 'Messages have to be waited for, which is not possible here');
    },
    async (fb, site) => {
      const answer = await hostCall(fb, site, `${NS}/receive`, 'ws.receive', record({ id }));
      const v = messageOf(fb, consumeAt(site, answer));
      if (v !== undefined && v !== null) {
        const shown = writeJson(fb.r.masker.value(v), true);
        fb.r.host.post('stream', `{"dataType":"ws:message","payload":${shown}}`);
      }
      return v;
    },
  );
}

async function connect(fb: Fiber, site: number, url: Value, options: Value): Promise<Value> {
  const fn = `${NS}/connect`;
  if (typeof url !== 'string') return err(`${fn}: invalid URL: expected a string`);
  const given = payloadOf(options);
  const headers = given instanceof HotMap ? payloadOf(given.getStr('headers') ?? null) : null;
  const pairs =
    headers instanceof HotMap
      ? Array.from({ length: headers.size }, (_, i): Value => [headers.keyAt(i), headers.valueAt(i)])
      : [];
  if (pairs.some((pair) => !Array.isArray(pair) || pair.some((each) => typeof each !== 'string')))
    return err(`${fn}: headers must be a Map of strings`);
  const failed = (message: string): Value => err(`${fn}: connection failed: ${message}`);
  const refusals: Refusals = {
    invalid: (message) => err(`${fn}: invalid URL: ${message}`),
    denied: failed,
    io: failed,
    timeout: failed,
    quota: failed,
  };
  const answer = await hostCall(fb, site, fn, 'ws.open', record({ url, headers: pairs }), refusals);
  if (!(answer instanceof HotMap)) return answer;
  const id = answer.getStr('id') ?? null;
  return new Tagged(CONNECTION, record({ id, messages: messages(id) }));
}

type Body = (fb: Fiber, d: number, site: number, fn: string, id: string, arg: Value) => Promise<Value>;

const send: Body = (fb, d, site, fn, id, data) => {
  const isJson = Array.isArray(data) || payloadOf(data) instanceof HotMap;
  const frame =
    data instanceof Uint8Array
      ? `"bytes":${bytesJson(data)}`
      : `"text":${JSON.stringify(isJson ? writeJson(data, true) : strOf(fb, d, site, data))}`;
  fb.r.spend(fb, 1 + (frame.length >> 4));
  return hostCallJson(fb, site, fn, 'ws.send', `{"id":${JSON.stringify(id)},${frame}}`);
};

function W(name: string, sig: string, doc: string, body: Body): NativeDef {
  const fn = `${NS}/${name}`;
  return native(fn, {
    sig,
    doc,
    a: async (fb, d, site, conn = null, arg = null) => {
      const id = idOf(conn);
      return id === null ? err(`${fn}: expected a WsConnection`) : body(fb, d, site, fn, id, arg);
    },
  });
}

export const WS: readonly NativeDef[] = [
  native(`${NS}/connect`, {
    opensStream: true,
    sig: ['(url: Str): WsConnection', '(url: Str, options: WsOptions): WsConnection'],
    doc: 'Opens a WebSocket; it is closed when the run ends.',
    a: (fb, _d, site, url = null, options = null) => connect(fb, site, url, options),
  }),
  W(
    'send',
    '(conn: WsConnection, data: Any): Bool',
    'Sends text, a Map or Vec as JSON, Bytes as they are; whether the connection was open.',
    send,
  ),
  W(
    'receive',
    '(conn: WsConnection): Any',
    'The next message, JSON as its value; null when the connection is closed.',
    async (fb, _d, site, fn, id) => {
      const answer = await hostCall(fb, site, fn, 'ws.receive', record({ id }));
      return isErr(answer) ? answer : (messageOf(fb, answer) ?? null);
    },
  ),
  W(
    'close',
    '(conn: WsConnection): Bool',
    'Closes a connection; whether it was open.',
    (fb, _d, site, fn, id) => hostCall(fb, site, fn, 'ws.close', record({ id })),
  ),
  W('is-open', '(conn: WsConnection): Bool', 'Whether a connection is open.', (fb, _d, site, fn, id) =>
    hostCall(fb, site, fn, 'ws.isOpen', record({ id })),
  ),
];
