/** What running programs ask of whoever runs them. How it is met is taken from the tables of worker and command line. */
import { NATIVE_SIGNATURES } from '@app/lang';
import { markdownTable } from './document';

/** A name that a program calls and waits for; whether it is there says the embedder's own table. */
interface HostCall {
  readonly name: string;
  readonly takes: string;
  readonly gives: string;
  /** Namespaces of the library that use it. */
  readonly for: readonly string[];
}

/** Met in another way than by a call. Where it is not met, null. */
interface OtherWay extends HostCall {
  readonly worker: string | null;
  readonly local: string | null;
}

const call = (name: string, takes: string, gives: string, ...used: readonly string[]): HostCall => ({
  name,
  takes,
  gives,
  for: used,
});

const FILE = '`{path, name, size, contentType, etag, …}`';
const TASK = '`{status, type, timeoutMs, durationMs, result}`';

export const HOST_CALLS: readonly HostCall[] = [
  call('time.sleep', '`{ms}`', 'null, when they have passed', 'time'),
  call('info.version', '–', '`{version, gitSha}`', 'info'),
  call(
    'http.request',
    '`{method, url, headers, body, timeoutMs, maxBytes}`',
    '`{status, headers, body}`',
    'http',
  ),
  call('http.openStream', 'the same, `totalTimeoutMs`', '`{id, status, headers}`', 'http'),
  call('http.readChunk', '`{id}`', 'bytes; null at the end', 'http'),
  call('alert.publish', '`{channel, data}`', '`{alertId}` or `{status}`', 'alert'),
  call('schedule.create', '`{ns, name, args, expression}`', '`{scheduleId}`', 'schedule', 'lang'),
  call('schedule.cancel', '`{scheduleId}` or `{ns, name}`', '`{cancelled}`', 'schedule', 'lang'),
  call('store.ensure', '`{name, textSearch, embedding}`', 'null', 'store'),
  call('store.put', '`{name, key, value, vector?, text?}`', 'the value', 'store'),
  call('store.putMany', '`{name, entries}`, each as for put', 'null', 'store'),
  call('store.putIfMissing', 'the same', 'whether it was put', 'store'),
  call('store.get', '`{name, key}`', 'the value, or that there is none', 'store'),
  call('store.delete', '`{name, key}`', 'whether there was one', 'store'),
  call('store.list', '`{name, limit, offset}`', 'list of `{key, value}`', 'store'),
  call('store.edge', '`{name, which}`', '`{key, value}` or null', 'store'),
  call('store.count', '`{name}`', 'a number', 'store'),
  call(
    'store.search',
    '`{name, query, vector?, mode, limit, minScore}`',
    'list of `{key, value, score}`',
    'store',
  ),
  call('store.clear', '`{name}`', 'null', 'store'),
  call('store.destroy', '`{name}`', 'null', 'store'),
  call('embedding.embed', '`{provider, model, texts}`', 'list of vectors', 'store'),
  call('embedding.dimensions', '`{provider, model}`', 'a number', 'store'),
  call('file.read', '`{path}`', 'bytes', 'file'),
  call('file.write', '`{path, bytes, contentType, ifEtag?}`', FILE, 'file'),
  call('file.delete', '`{path}`', 'whether there was one', 'file'),
  call('file.stat', '`{path}`', `${FILE} or null`, 'file'),
  call('file.list', '`{prefix}`', `list of ${FILE}`, 'file'),
  call('task.start', '`{function, args, options}`', '`{taskId}`', 'task', 'box'),
  call('task.get', '`{taskId}`', TASK, 'task'),
  call('task.wait', '`{taskId, maxMs}`', `${TASK}, null while it goes on`, 'task'),
  call('task.cancel', '`{taskId}`', 'whether it was going on', 'task'),
  call('task.send', '`{taskId, data}`', 'null', 'task'),
  call('task.receive', '–', '`{value, secrets?}`: a null value when closed; what in it is secret', 'task'),
  call('task.checkpoint', '`{data}`', 'null', 'task'),
  call('task.restore', '`{taskId?}`', '`{value, secrets?}`', 'task'),
  call('resource.read', '`{path}`', 'bytes or null', 'resource'),
  call('resource.list', '–', 'list of `{path, hash, size}`', 'resource'),
  call('box.policy', '–', '`{enabled, policy, denied, deniedPrefixes}`', 'box'),
  call('box.quota', '–', 'what is left of the plan', 'box'),
  call('box.limits', '–', 'sizes', 'box'),
  call('ws.open', '`{url, headers}`', '`{id}`', 'ws'),
  call('ws.send', '`{id, text}` or `{id, bytes}`', 'whether it was open', 'ws'),
  call('ws.receive', '`{id}`', '`{text}` or `{bytes}`; null when closed', 'ws'),
  call('ws.close', '`{id}`', 'whether it was open', 'ws'),
  call('ws.isOpen', '`{id}`', 'whether it is open', 'ws'),
  call('tcp.open', '`{host, port, timeoutMs, noDelay}`', '`{id}`', 'tcp'),
  call('tcp.read', '`{id, max, exact, timeoutMs?}`', 'bytes; null at the end', 'tcp'),
  call('tcp.write', '`{id, bytes}`', 'how many', 'tcp'),
  call('tcp.close', '`{id}`', 'whether it was open', 'tcp'),
  call('tcp.isOpen', '`{id}`', 'whether it is open', 'tcp'),
  call('tls.upgrade', '`{id, mode, serverName, caPem, clientCertPem, clientKeyPem}`', 'null', 'tls'),
  call('tls.peerCertificate', '`{id}`', 'bytes: DER', 'tls'),
  call('sqlite.open', '`{path, readOnly}`', '`{id}`', 'sqlite'),
  call('sqlite.execute', '`{id, sql, params}`', '`{rows-affected, last-insert-id}`', 'sqlite'),
  call('sqlite.query', '`{id, sql, params}`', 'list of rows', 'sqlite'),
  call('sqlite.sync', '`{id}`', 'true', 'sqlite'),
  call('sqlite.close', '`{id}`', 'true', 'sqlite'),
  call('tokenizer.count', '`{text, encoding}`', 'a number', 'internal::tokenizer'),
];

const START = 'comes with the start';
const RUNTIME = 'the runtime knows it';
const ARTIFACT = 'stands in the artifact';
const POSTED = 'posted, without an answer';
const SAID = 'posted, and said on stderr';

const other = (
  name: string,
  takes: string,
  gives: string,
  used: readonly string[],
  worker: string | null,
  local: string | null,
): OtherWay => ({ name, takes, gives, for: used, worker, local });

export const OTHER_WAYS: readonly OtherWay[] = [
  other('console.write', '`{stream, text}`', '–', ['io', 'test'], POSTED, POSTED),
  other('clock.nowNanos', '–', 'a number', ['time', 'uuid'], RUNTIME, RUNTIME),
  other('random.bytes', '`n`', 'bytes', ['random', 'uuid', 'math'], RUNTIME, RUNTIME),
  other('env.get, env.getAll', '`name`', 'text', ['env'], 'hosted programs see no variable', START),
  other('conf.get', '`key`', 'a value', ['http'], `${START}: limits of http`, null),
  other('run.info', '–', 'what is known of the run', ['run', 'event', 'stream'], START, START),
  other('ctx.initial', '–', '`{values, secretKeys}`', ['ctx'], START, 'files that are run before'),
  other('ctx.onSecret', 'a value', '–', ['ctx'], POSTED, 'nothing is recorded'),
  other('exec.exit', '`{code}`', 'never', ['exec'], null, POSTED),
  other('event.publish', '`{type, data}`', '`{eventId, …}`', ['event'], POSTED, SAID),
  other('stream.publish', '`{dataType, payload}`', '–', ['stream', 'http'], POSTED, SAID),
  other('compiler.namespaces', '–', 'list of paths', ['lang'], ARTIFACT, ARTIFACT),
  other('compiler.functions', '`{ns}`', 'list of names', ['lang'], ARTIFACT, ARTIFACT),
  other('compiler.resolve', '`{name}`', 'function or null', ['lang'], ARTIFACT, ARTIFACT),
  other('compiler.meta', '`{name}`', 'metadata, place', ['meta', 'test'], ARTIFACT, ARTIFACT),
];

const namespaces = new Set(NATIVE_SIGNATURES.map(({ name }) => name.slice(0, name.indexOf('/'))));

/** Whether the library has the functions that would call it. */
export const isUsed = ({ for: used }: HostCall): boolean =>
  used.some((one) => namespaces.has(`::hot::${one}`));

const usersOf = (row: HostCall): string =>
  isUsed(row)
    ? row.for
        .filter((one) => namespaces.has(`::hot::${one}`))
        .map((one) => `\`::hot::${one}\``)
        .join(', ')
    : 'no function yet';

export function hostCallTable(worker: ReadonlySet<string>, local: ReadonlySet<string>): string {
  const state = (there: ReadonlySet<string>, name: string): string => (there.has(name) ? 'yes' : 'not yet');
  const rows = HOST_CALLS.map((row) => [
    `\`${row.name}\``,
    row.takes,
    row.gives,
    usersOf(row),
    state(worker, row.name),
    state(local, row.name),
  ]);
  return markdownTable(['Call', 'Takes', 'Gives', 'For', 'Worker', 'Command line'], rows);
}

export function otherWaysTable(): string {
  const rows = OTHER_WAYS.map((row) => [
    row.name
      .split(', ')
      .map((each) => `\`${each}\``)
      .join(', '),
    row.takes,
    row.gives,
    usersOf(row),
    row.worker ?? 'no',
    row.local ?? 'no',
  ]);
  return markdownTable(['What', 'Takes', 'Gives', 'For', 'Worker', 'Command line'], rows);
}
