/** `::hot::sqlite`: databases that are files of `::hot::file`. The embedder works on a copy; `sync` writes it back. */
import { HotMap } from '../../runtime/hot-map';
import { err, Tagged, TypeInfo, type Fiber, type Value } from '../../runtime/values';
import { native, type NativeDef } from '../../runtime/native-def';
import { payloadOf } from '../limits';
import { answeredBytes, hostCall, record } from './call';

const CONNECTION = new TypeInfo('::hot::sqlite/Connection');
const NS = '::hot::sqlite';

type Body = (fb: Fiber, site: number, fn: string, conn: HotMap, sql: Value, params: Value) => Promise<Value>;

function S(name: string, sig: string, doc: string, body: Body): NativeDef {
  const fn = `${NS}/${name}`;
  return native(fn, {
    sig,
    doc,
    a: async (fb, _d, site, first = null, sql = null, params = []) => {
      const conn = first instanceof Tagged && first.type.name === CONNECTION.name ? first.val : null;
      if (!(conn instanceof HotMap)) return err(`${fn}: expected a connection of ${NS}/open`);
      return body(fb, site, fn, conn, sql, params);
    },
  });
}

async function open(fb: Fiber, site: number, given: Value): Promise<Value> {
  const fn = `${NS}/open`;
  const options = payloadOf(given);
  const path = options instanceof HotMap ? (options.getStr('path') ?? null) : options;
  const readOnly = options instanceof HotMap && options.getStr('read-only') === true;
  if (typeof path !== 'string' || path === '') return err(`${fn}: path must be a string`);
  const answer = await hostCall(fb, site, fn, 'sqlite.open', record({ path, readOnly }));
  if (!(answer instanceof HotMap)) return answer;
  return new Tagged(CONNECTION, record({ id: answer.getStr('id') ?? null, path, 'read-only': readOnly }));
}

const idOf = (conn: HotMap): Value => conn.getStr('id') ?? null;

/** Rows as they came, with their blobs as Bytes. */
function rowsOf(answer: Value): Value {
  if (!Array.isArray(answer)) return answer;
  return answer.map((row) => {
    if (!(row instanceof HotMap)) return row;
    let out = row;
    for (let i = 0; i < row.size; i++) {
      const cell = row.valueAt(i);
      if (cell instanceof HotMap) out = out.set(row.keyAt(i), answeredBytes(cell));
    }
    return out;
  });
}

/** A statement with its parameters. */
function statement(call: 'sqlite.execute' | 'sqlite.query'): Body {
  return async (fb, site, fn, conn, sql, params) => {
    if (typeof sql !== 'string') return err(`${fn}: sql must be a string`);
    if (!Array.isArray(params)) return err(`${fn}: params must be a Vec`);
    return rowsOf(await hostCall(fb, site, fn, call, record({ id: idOf(conn), sql, params })));
  };
}

const whole =
  (call: 'sqlite.sync' | 'sqlite.close'): Body =>
  async (fb, site, fn, conn) => {
    const path = conn.getStr('path') ?? null;
    const shown = typeof path === 'string' ? path : '';
    return hostCall(fb, site, fn, call, record({ id: idOf(conn) }), {
      conflict: () => err(`${fn}: conflict — '${shown}' changed since checkout; reopen and retry`),
    });
  };

export const SQLITE: readonly NativeDef[] = [
  native(`${NS}/open`, {
    sig: '(path-or-options: Str | Map): Any',
    doc: 'Opens a database that is a stored file; a Map says `path` and `read-only`.',
    a: (fb, _d, site, given = null) => open(fb, site, given),
  }),
  S(
    'execute',
    '(conn: Any, sql: Str, params: Vec): Map',
    'Runs one statement: `rows-affected` and `last-insert-id`.',
    statement('sqlite.execute'),
  ),
  S(
    'query',
    '(conn: Any, sql: Str, params: Vec): Vec',
    'The rows of one statement, each a Map.',
    statement('sqlite.query'),
  ),
  S('sync', '(conn: Any): Bool', 'Writes the database back to its file.', whole('sqlite.sync')),
  S('close', '(conn: Any): Bool', 'Writes the database back and closes it.', whole('sqlite.close')),
];
