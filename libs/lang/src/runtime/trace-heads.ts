/** What is called where: told once per block, a number from then on. So are the branches of flows. */
import { Ev, FLOW } from '../trace/format';
import type { TraceLog } from './trace-log';

export interface TraceTables {
  /** Name of a function table entry (flows included: `<cond>`). */
  fnName(fn: number): string;
  /** Null for functions; kind of flow and whether it is a function's body. */
  flow(fn: number): { readonly type: string; readonly inline: boolean } | null;
  /** File, line, column of a call site; null for site 0. */
  site(site: number): { readonly file: string; readonly line: number; readonly column: number } | null;
}

/** Places for the heads used last: three numbers each, found by site and function. */
const PLACES = 512;
const WIDTH = 3;
/** More than there are sites. */
const SITES = 0x4000000;

export class TraceHeads {
  private readonly places = new Int32Array(PLACES * WIDTH).fill(-1);
  private readonly all = new Map<number, number>();
  private readonly labels = new Map<string, number>();
  private lastBranch: string | null = null;
  private lastLabel = 0;

  constructor(
    private readonly tables: TraceTables,
    private readonly log: TraceLog,
  ) {}

  /** At the beginning of a block. */
  begin(): void {
    if (this.all.size > 0) this.places.fill(-1);
    this.all.clear();
    this.labels.clear();
    this.lastBranch = null;
    this.lastLabel = 0;
  }

  /** The beginning of a call. Answers where it stands. */
  call(site: number, fn: number, count: number): number {
    const head = this.numberOf(site, fn, count);
    const { log } = this;
    const from = log.at;
    if (head < Ev.End) {
      log.bytes[from] = head;
      log.at = from + 1;
    } else {
      log.byte(Ev.Call);
      log.number(head);
    }
    return from;
  }

  /** @param count of arguments, see `trace/format.ts` */
  numberOf(site: number, fn: number, count: number): number {
    const key = fn * 16 + count;
    const place = ((site + fn * 5) & (PLACES - 1)) * WIDTH;
    const { places } = this;
    return places[place] === site && places[place + 1] === key
      ? (places[place + 2] as number)
      : this.find(site, fn, count, place);
  }

  private find(site: number, fn: number, count: number, place: number): number {
    const key = fn * 16 + count;
    let head = this.all.get(key * SITES + site);
    if (head === undefined) {
      head = this.all.size;
      this.all.set(key * SITES + site, head);
      this.tell(head, site, fn, count);
    }
    this.places[place] = site;
    this.places[place + 1] = key;
    this.places[place + 2] = head;
    return head;
  }

  private tell(head: number, site: number, fn: number, count: number): void {
    const { log, tables } = this;
    log.room(32);
    log.byte(Ev.Head);
    log.number(head);
    log.number(count);
    log.text(tables.fnName(fn));
    const at = tables.site(site);
    log.number(at === null ? 0 : 1);
    if (at !== null) {
      log.text(at.file);
      log.number(at.line);
      log.number(at.column);
    }
    if (count === FLOW) log.text(tables.flow(fn)?.type ?? '');
  }

  /** Number of a call's head, whatever its arguments. */
  anyOf(site: number, fn: number): number {
    return this.numberOf(site, fn, this.tables.flow(fn) === null ? 0 : FLOW);
  }

  /** Number of a branch; 0: none. */
  label(branch: string | null): number {
    return branch === this.lastBranch ? this.lastLabel : this.labelOf(branch);
  }

  private labelOf(branch: string | null): number {
    let label = branch === null ? 0 : this.labels.get(branch);
    if (branch !== null && label === undefined) {
      label = this.labels.size + 1;
      this.labels.set(branch, label);
      const { log } = this;
      log.room(16);
      log.byte(Ev.Label);
      log.number(label);
      log.text(branch);
    }
    this.lastBranch = branch;
    return (this.lastLabel = label ?? 0);
  }
}
