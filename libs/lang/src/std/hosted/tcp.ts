/** `::hot::tcp` and `::hot::tls`: bytes to and from other machines. */
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { isInt } from '../../runtime/arith';
import { HotMap } from '../../runtime/hot-map';
import { err, Res, Tagged, TypeInfo, type Fiber, type Value } from '../../runtime/values';
import { native, type NativeDef } from '../../runtime/native-def';
import { billBytes, dataOf, NOT_DATA } from '../data/bytes-of';
import { payloadOf } from '../limits';
import { answeredBytes, bytesJson, hostCall, hostCallJson, isErr, record } from './call';

const CONNECTION = new TypeInfo('::hot::tcp/TcpConnection');
const DEFAULT_TIMEOUT = 30_000;
const MAX_READ = 67_108_864;
const MODES = ['verify-full', 'insecure'];
const HASHES = { sha256, sha384, sha512 } as const;

interface Connection {
  readonly id: string;
  readonly fields: HotMap;
}

function connectionOf(conn: Value): Connection | null {
  const fields = conn instanceof Tagged && conn.type.name === CONNECTION.name ? conn.val : null;
  const id = fields instanceof HotMap ? fields.getStr('id') : null;
  return fields instanceof HotMap && typeof id === 'string' ? { id, fields } : null;
}

type Body = (fb: Fiber, site: number, fn: string, conn: Connection, rest: readonly Value[]) => Promise<Value>;

function C(fn: string, sig: string | readonly string[], doc: string, body: Body): NativeDef {
  return native(fn, {
    sig,
    doc,
    a: async (fb, _d, site, first = null, ...rest) => {
      const conn = connectionOf(first);
      return conn === null ? err(`${fn}: expected a TcpConnection`) : body(fb, site, fn, conn, rest);
    },
  });
}

/** Milliseconds; undefined where none are given. */
function timeoutIn(fn: string, options: Value): number | undefined | Res {
  const given = payloadOf(options);
  const v = given instanceof HotMap ? (given.getStr('timeout') ?? null) : null;
  if (v === null) return undefined;
  const ms = isInt(v) ? Number(v) : -1;
  return ms >= 0 && Number.isSafeInteger(ms)
    ? ms
    : err(`${fn}: timeout must be an Int of milliseconds, 0 or more`);
}

async function connect(fb: Fiber, site: number, host: Value, port: Value, options: Value): Promise<Value> {
  const fn = '::hot::tcp/connect';
  if (typeof host !== 'string' || host === '') return err(`${fn}: host must be a string`);
  const n = isInt(port) ? Number(port) : 0;
  if (n < 1 || n > 65_535) return err(`${fn}: invalid port ${isInt(port) ? String(port) : ''}`.trimEnd());
  const timeoutMs = timeoutIn(fn, options);
  if (timeoutMs instanceof Res) return timeoutMs;
  const given = payloadOf(options);
  const noDelay = given instanceof HotMap ? given.getStr('nodelay') !== false : true;
  const failed = (message: string): Value => err(`${fn}: connection to ${host}:${n} failed: ${message}`);
  const ms = timeoutMs ?? DEFAULT_TIMEOUT;
  const args = record({ host, port: n, timeoutMs: ms, noDelay });
  const answer = await hostCall(fb, site, fn, 'tcp.open', args, {
    timeout: () => err(`${fn}: timed out after ${ms} ms`),
    io: failed,
    denied: failed,
    quota: failed,
  });
  if (!(answer instanceof HotMap)) return answer;
  return new Tagged(CONNECTION, record({ id: answer.getStr('id') ?? null, host, port: n, tls: false }));
}

/** `read` takes what there is, `read-exact` waits for all of it. */
function reading(name: 'read' | 'read-exact', count: string, returns: string, doc: string): NativeDef {
  const sig = `(conn: TcpConnection, ${count}: Int`;
  return C(
    `::hot::tcp/${name}`,
    [`${sig}): ${returns}`, `${sig}, options: ReadOptions): ${returns}`],
    doc,
    async (fb, site, fn, { id }, [size = null, options = null]) => {
      const n = isInt(size) ? Number(size) : 0;
      const least = name === 'read' ? 1 : 0;
      if (!isInt(size) || n < least || n > MAX_READ)
        return err(`${fn}: ${count} must be an Int from ${least} to ${MAX_READ}`);
      if (n === 0) return new Uint8Array(0);
      const timeoutMs = timeoutIn(fn, options);
      if (timeoutMs instanceof Res) return timeoutMs;
      const args = record({ id, max: n, exact: name === 'read-exact', timeoutMs });
      const answer = await hostCall(fb, site, fn, 'tcp.read', args);
      if (isErr(answer)) return answer;
      const bytes = answer === null ? null : answeredBytes(answer);
      if (bytes !== null) billBytes(fb, bytes.length);
      if (name === 'read-exact' && bytes === null)
        return err(`${fn}: connection closed before ${n} bytes arrived`);
      return bytes;
    },
  );
}

async function upgrade(
  fb: Fiber,
  site: number,
  fn: string,
  { id, fields }: Connection,
  options: Value,
): Promise<Value> {
  const given = payloadOf(options);
  const text = (name: string): string | null | Res => {
    const v = given instanceof HotMap ? (given.getStr(name) ?? null) : null;
    return v === null || typeof v === 'string' ? v : err(`${fn}: ${name} must be a string`);
  };
  const mode = text('mode') ?? 'verify-full';
  if (mode instanceof Res) return mode;
  if (!MODES.includes(mode)) return err(`${fn}: invalid mode '${mode}'. Use 'verify-full' or 'insecure'`);
  const read = {
    serverName: text('server-name'),
    caPem: text('ca-pem'),
    clientCertPem: text('client-cert-pem'),
    clientKeyPem: text('client-key-pem'),
  };
  const wrong = Object.values(read).find((each) => each instanceof Res);
  if (wrong !== undefined) return wrong;
  const failed = (message: string): Value => err(`${fn}: TLS handshake failed: ${message}`);
  const answer = await hostCall(fb, site, fn, 'tls.upgrade', record({ id, mode, ...read }), {
    conflict: () => err(`${fn}: connection is already TLS`),
    io: failed,
    timeout: failed,
  });
  return isErr(answer) ? answer : new Tagged(CONNECTION, fields.set('tls', true));
}

const certificateHash: Body = async (fb, site, fn, { id }, [algorithm = 'sha256']) => {
  if (typeof algorithm !== 'string' || !Object.hasOwn(HASHES, algorithm)) {
    const shown = typeof algorithm === 'string' ? algorithm : '';
    return err(`${fn}: unknown algorithm '${shown}'. Use 'sha256', 'sha384' or 'sha512'`);
  }
  const answer = await hostCall(fb, site, fn, 'tls.peerCertificate', record({ id }));
  if (isErr(answer)) return answer;
  const certificate = answer === null ? null : answeredBytes(answer);
  if (certificate === null) return err(`${fn}: the other side has shown no certificate`);
  billBytes(fb, certificate.length);
  return HASHES[algorithm as keyof typeof HASHES](certificate);
};

const TCP_CONNECTION = '::hot::tcp/TcpConnection';

export const TCP: readonly NativeDef[] = [
  native('::hot::tcp/connect', {
    sig: [
      '(host: Str, port: Int): TcpConnection',
      '(host: Str, port: Int, options: TcpOptions): TcpConnection',
    ],
    doc: 'Connects to a port of a machine; the connection is closed when the run ends.',
    a: (fb, _d, site, host = null, port = null, options = null) => connect(fb, site, host, port, options),
  }),
  reading(
    'read',
    'max',
    'Bytes?',
    'What has come, at most so many bytes; waits for the first; null at the end.',
  ),
  reading('read-exact', 'n', 'Bytes', 'Exactly so many bytes; waits for all of them.'),
  C(
    '::hot::tcp/write',
    '(conn: TcpConnection, data: Bytes | Str): Int',
    'Writes all of it, a Str as UTF-8; how many bytes.',
    async (fb, site, fn, { id }, [data = null]) => {
      const bytes = dataOf(data);
      if (bytes === null) return err(`${fn}: ${NOT_DATA}`);
      billBytes(fb, bytes.length);
      return hostCallJson(
        fb,
        site,
        fn,
        'tcp.write',
        `{"id":${JSON.stringify(id)},"bytes":${bytesJson(bytes)}}`,
      );
    },
  ),
  C(
    '::hot::tcp/close',
    '(conn: TcpConnection): Bool',
    'Closes a connection; whether it was open.',
    (fb, site, fn, { id }) => hostCall(fb, site, fn, 'tcp.close', record({ id })),
  ),
  C(
    '::hot::tcp/is-open',
    '(conn: TcpConnection): Bool',
    'Whether a connection is open.',
    (fb, site, fn, { id }) => hostCall(fb, site, fn, 'tcp.isOpen', record({ id })),
  ),
  C(
    '::hot::tls/upgrade',
    [
      `(conn: ${TCP_CONNECTION}): ${TCP_CONNECTION}`,
      `(conn: ${TCP_CONNECTION}, options: TlsOptions): ${TCP_CONNECTION}`,
    ],
    'Goes on with TLS on a connection that stands.',
    (fb, site, fn, conn, [options = null]) => upgrade(fb, site, fn, conn, options),
  ),
  C(
    '::hot::tls/peer-cert-hash',
    [`(conn: ${TCP_CONNECTION}): Bytes`, `(conn: ${TCP_CONNECTION}, algorithm: Str): Bytes`],
    'The hash of the certificate that the other side has shown, `sha256` if nothing else is said.',
    certificateHash,
  ),
];
