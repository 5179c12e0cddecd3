/** `store.*`: ordered maps in the database of the folder. Values are kept as the JSON text they came as. */
import { CallArgs, elementsOf, Refusal } from '@app/platform/calls';
import type { LocalCalls } from './local-calls';
import { canonicalJson } from './canonical-json';
import type { LocalDatabase, Row } from './database';
import { bestOf, searchable, vectorBytes, type SearchMode } from './store-search';

interface Settings {
  readonly id: number;
  readonly textSearch: boolean;
  /** JSON `{provider, model, dimensions, field}`. */
  readonly embedding: string | null;
}

const MAX_KEY_BYTES = 2 * 1024;
const MAX_NAME_CHARS = 255;

const entryJson = (row: Row): string => `{"key":${String(row['key'])},"value":${String(row['value'])}}`;

const INSERT = `insert into entry (store, key_id, key, value, words, vector) values (?, ?, ?, ?, ?, ?)
  on conflict (store, key_id)`;

/** What identifies an entry: equal keys are one. */
function keyOf(key: string): string {
  const id = canonicalJson(key);
  if (Buffer.byteLength(id) > MAX_KEY_BYTES)
    throw new Refusal('invalid', `keys have at most ${MAX_KEY_BYTES} bytes`);
  return id;
}

function entryOf(args: CallArgs): [string, string, string, string | null, Uint8Array | null] {
  const key = args.raw('key') ?? 'null';
  const [words, vector] = [args.value('text'), args.value('vector')];
  return [
    keyOf(key),
    key,
    args.raw('value') ?? 'null',
    typeof words === 'string' ? searchable(words) : null,
    Array.isArray(vector) ? vectorBytes(vector as readonly number[]) : null,
  ];
}

export class LocalStore {
  constructor(private readonly db: LocalDatabase) {}

  readonly calls: LocalCalls = {
    'store.ensure': (json) => this.ensure(new CallArgs(json)),
    'store.put': (json) => this.put(new CallArgs(json)),
    'store.putMany': (json) => this.putMany(new CallArgs(json)),
    'store.putIfMissing': (json) => this.putIfMissing(new CallArgs(json)),
    'store.get': (json) => this.get(new CallArgs(json)),
    'store.delete': (json) => this.delete(new CallArgs(json)),
    'store.list': (json) => this.list(new CallArgs(json)),
    'store.edge': (json) => this.edge(new CallArgs(json)),
    'store.count': (json) => this.count(new CallArgs(json)),
    'store.search': (json) => this.search(new CallArgs(json)),
    'store.clear': (json) => this.clear(new CallArgs(json)),
    'store.destroy': (json) => this.destroy(new CallArgs(json)),
  };

  private ensure(args: CallArgs): string {
    const name = args.text('name');
    const textSearch = args.value('textSearch') === true;
    const embedding = args.raw('embedding');
    const is = this.open(name, textSearch, embedding);
    const problem = changed(is, textSearch, embedding);
    if (problem !== null)
      throw new Refusal('conflict', `::hot::store/Map '${name}' already exists with ${problem}`);
    if (is.embedding === null && embedding !== null)
      this.db.run('update store set embedding = ? where id = ?', embedding, is.id);
    return 'null';
  }

  private put(args: CallArgs): string {
    const value = args.raw('value') ?? 'null';
    // An entry that is overwritten keeps its place.
    this.db.run(
      `${INSERT} do update set value = excluded.value, words = excluded.words, vector = excluded.vector`,
      this.id(args),
      ...entryOf(args),
    );
    return value;
  }

  /** All or none of `entries`, each an object like the arguments of one write. */
  private putMany(args: CallArgs): string {
    const name = args.raw('name') ?? 'null';
    const entries = elementsOf(args.raw('entries') ?? '[]');
    this.db.together(() => {
      for (const entry of entries) this.put(new CallArgs(`{"name":${name},${entry.slice(1)}`));
    });
    return 'null';
  }

  private putIfMissing(args: CallArgs): string {
    return String(this.db.run(`${INSERT} do nothing`, this.id(args), ...entryOf(args)) > 0);
  }

  private get(args: CallArgs): string {
    const row = this.db.row(
      'select value from entry where store = ? and key_id = ?',
      this.id(args),
      keyOf(args.raw('key') ?? 'null'),
    );
    return row === null ? '' : String(row['value']);
  }

  private delete(args: CallArgs): string {
    const key = keyOf(args.raw('key') ?? 'null');
    return String(this.db.run('delete from entry where store = ? and key_id = ?', this.id(args), key) > 0);
  }

  private list(args: CallArgs): string {
    const rows = this.db.rows(
      'select key, value from entry where store = ? order by seq limit ? offset ?',
      this.id(args),
      args.count('limit'),
      args.count('offset'),
    );
    return `[${rows.map(entryJson).join(',')}]`;
  }

  private edge(args: CallArgs): string {
    const row =
      args.text('which') === 'first'
        ? this.db.row('select key, value from entry where store = ? order by seq limit 1', this.id(args))
        : this.db.row(
            'select key, value from entry where store = ? order by seq desc limit 1',
            this.id(args),
          );
    return row === null ? 'null' : entryJson(row);
  }

  private count(args: CallArgs): string {
    return String(this.db.row('select count(*) as n from entry where store = ?', this.id(args))?.['n'] ?? 0);
  }

  private search(args: CallArgs): string {
    const { id, textSearch } = this.open(args.text('name'));
    const mode = args.text('mode') as SearchMode;
    const vector = args.value('vector') as readonly number[] | null;
    // Without a vector all that is left of a hybrid search is its words.
    if (mode !== 'semantic' && vector === null && !textSearch)
      throw new Refusal('invalid', 'keyword search requires text-search: true');
    const found = bestOf(
      this.db.rows('select key, value, words, vector from entry where store = ? order by seq', id),
      {
        mode,
        query: args.text('query'),
        vector,
        limit: args.count('limit'),
        minScore: Number(args.value('minScore') ?? 0),
      },
    );
    return `[${found.map(({ row, score }) => `${entryJson(row).slice(0, -1)},"score":${score}}`).join(',')}]`;
  }

  private clear(args: CallArgs): string {
    this.db.run('delete from entry where store = ?', this.id(args));
    return 'null';
  }

  private destroy(args: CallArgs): string {
    const id = this.id(args);
    this.db.run('delete from entry where store = ?', id);
    this.db.run('delete from store where id = ?', id);
    return 'null';
  }

  private id(args: CallArgs): number {
    return this.open(args.text('name')).id;
  }

  /** Made by its first use. */
  private open(name: string, textSearch = false, embedding: string | null = null): Settings {
    if (name === '' || [...name].length > MAX_NAME_CHARS)
      throw new Refusal('invalid', `the name of a store has 1 to ${MAX_NAME_CHARS} characters`);
    const found = this.find(name);
    if (found !== null) return found;
    this.db.run(
      'insert into store (name, text_search, embedding) values (?, ?, ?) on conflict (name) do nothing',
      name,
      Number(textSearch),
      embedding,
    );
    const made = this.find(name);
    if (made === null) throw new Refusal('io', `the store '${name}' is being destroyed by another program`);
    return made;
  }

  private find(name: string): Settings | null {
    const row = this.db.row('select id, text_search, embedding from store where name = ?', name);
    if (row === null) return null;
    const { id, embedding: is } = row;
    return {
      id: Number(id),
      textSearch: row['text_search'] === 1,
      embedding: typeof is === 'string' ? is : null,
    };
  }
}

/** What can't be changed once the map is there; embeddings may only be turned on. */
function changed(is: Settings, textSearch: boolean, embedding: string | null): string | null {
  if (is.textSearch !== textSearch) {
    return `text_search ${is.textSearch}, requested ${textSearch}. Recreate the store before changing search mode.`;
  }
  if (is.embedding === null) return null;
  if (embedding === null)
    return 'embeddings on, requested off. Recreate the store before turning embeddings off.';
  const [before = {}, after = {}] = [is.embedding, embedding].map((json) => JSON.parse(json) as Embedding);
  const differs = EMBEDDING.find((name) => (before[name] ?? null) !== (after[name] ?? null));
  if (differs === undefined) return null;
  return (
    `embedding ${differs} ${String(before[differs])}, requested ${String(after[differs])}. ` +
    'Recreate the store before changing embeddings.'
  );
}

const EMBEDDING = ['provider', 'model', 'dimensions', 'field'] as const;
type Embedding = Readonly<Partial<Record<(typeof EMBEDDING)[number], unknown>>>;
