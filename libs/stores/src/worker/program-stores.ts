/** The calls of the library on stores: texts are cut out of what came and spliced into what goes. */
import { UnavailableError } from '@app/kernel';
import { RunStores, type StoreCall, type StoreUser } from '@app/runs';
import { StoreRefusedError, StoreService, type Listed } from '@app/stores';
import { Injectable } from '@nestjs/common';
import { StoreArgs } from './store-args';

/** What a run has said of a map, and how far it has read it. */
interface Handle {
  settings?: ReturnType<StoreArgs['settings']>;
  /** The next page begins after this entry when it is asked for by this position. */
  next?: { readonly offset: number; readonly afterSeq: number };
}

type Answer = (run: StoreUser, args: StoreArgs, handle: Handle) => Promise<string>;

@Injectable()
export class ProgramStores extends RunStores {
  /** By the signal that ends a run. */
  private readonly handles = new WeakMap<AbortSignal, Map<string, Handle>>();

  constructor(private readonly stores: StoreService) {
    super();
  }

  override async call(
    run: StoreUser,
    name: StoreCall,
    argsJson: string,
    signal: AbortSignal,
  ): Promise<string> {
    const args = StoreArgs.read(argsJson);
    try {
      return await this.answers[name](run, args, this.handle(signal, String(args.plain('name'))));
    } catch (error) {
      // "Unavailable" would say that there are no stores at all.
      if (error instanceof UnavailableError) throw Object.assign(new Error(error.message), { code: 'io' });
      throw error;
    }
  }

  private handle(signal: AbortSignal, name: string): Handle {
    let ofRun = this.handles.get(signal);
    if (ofRun === undefined) this.handles.set(signal, (ofRun = new Map()));
    let handle = ofRun.get(name);
    if (handle === undefined) ofRun.set(name, (handle = {}));
    return handle;
  }

  private readonly answers: Readonly<Record<StoreCall, Answer>> = {
    'store.ensure': async (run, args, handle) => {
      const settings = args.settings();
      await this.stores.ensure(run, args.plain('name'), settings);
      handle.settings = settings;
      return 'null';
    },
    'store.put': async (run, args, { settings }) => {
      const write = args.write();
      await this.stores.put(run, args.plain('name'), settings, write);
      return write.value;
    },
    'store.putIfMissing': async (run, args, { settings }) =>
      String(await this.stores.putIfMissing(run, args.plain('name'), settings, args.write())),
    'store.putMany': async (run, args, { settings }) => {
      await this.stores.putMany(run, args.plain('name'), settings, args.writes());
      return 'null';
    },
    'store.get': async (run, args) =>
      (await this.stores.get(run, args.plain('name'), args.json('key'))) ?? '',
    'store.delete': async (run, args, handle) => {
      delete handle.next;
      return String(await this.stores.delete(run, args.plain('name'), args.json('key')));
    },
    'store.list': async (run, args, handle) => {
      const [limit, offset] = [args.count('limit', 1_000), args.count('offset', 0)];
      if (limit === 0) return '[]';
      // Page after page costs the entries of the page, not those before it, and misses none when others delete some.
      const from = follows(handle, offset) ?? (offset === 0 ? { afterSeq: 0 } : { offset });
      const entries = await this.stores.list(run, args.plain('name'), from, limit);
      const last = entries.at(-1);
      if (last !== undefined) handle.next = { offset: offset + entries.length, afterSeq: last.seq };
      return `[${entries.map((entry) => `${head(entry)}}`).join(',')}]`;
    },
    'store.edge': async (run, args) => {
      const which = args.plain('which') === 'last' ? 'last' : 'first';
      const entry = await this.stores.edge(run, args.plain('name'), which);
      return entry === undefined ? 'null' : `${head(entry)}}`;
    },
    'store.count': async (run, args) => String(await this.stores.count(run, args.plain('name'))),
    'store.search': async (run, args, { settings }) => {
      const query = args.query();
      const needs = query.mode !== 'semantic' && query.vector === null;
      if (needs && settings?.textSearch !== true) {
        throw new StoreRefusedError('invalid', 'keyword search requires text-search: true');
      }
      if (query.limit === 0) return '[]';
      const hits = await this.stores.search(run, args.plain('name'), query);
      return `[${hits.map((hit) => `${head(hit)},"score":${hit.score}}`).join(',')}]`;
    },
    'store.clear': async (run, args, handle) => {
      delete handle.next;
      await this.stores.clear(run, args.plain('name'));
      return 'null';
    },
    'store.destroy': async (run, args, handle) => {
      delete handle.next;
      await this.stores.destroy(run, args.plain('name'));
      return 'null';
    },
  };
}

function follows({ next }: Handle, offset: number): { readonly afterSeq: number } | undefined {
  return next?.offset === offset ? { afterSeq: next.afterSeq } : undefined;
}

/** Without its end, so that more can follow. */
const head = ({ key, value }: Pick<Listed, 'key' | 'value'>): string => `{"key":${key},"value":${value}`;
