/** What is called where: told once per block, a number from then on. So are the branches of flows. */
import { Ev, FLOW } from '../trace/format';
import { TraceLog } from './trace-log';

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
/** Branches that are compared. */
const COMPARED = 6;
/** More than there are sites. */
const SITES = 0x4000000;

export abstract class TraceHeads extends TraceLog {
  private readonly places = new Int32Array(PLACES * WIDTH).fill(-1);
  private readonly all = new Map<number, number>();
  private readonly labels: string[] = [];
  private readonly labelNumbers = new Map<string, number>();

  constructor(private readonly tables: TraceTables) {
    super();
  }

  /** At the beginning of a block. */
  protected newHeads(): void {
    if (this.all.size > 0) this.places.fill(-1);
    this.all.clear();
    this.labels.length = 0;
    this.labelNumbers.clear();
  }

  /** @param count of arguments, see `trace/format.ts` */
  protected headNumber(site: number, fn: number, count: number): number {
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
    const { tables } = this;
    this.room(32);
    this.byte(Ev.Head);
    this.number(head);
    this.number(count);
    this.text(tables.fnName(fn));
    const at = tables.site(site);
    this.number(at === null ? 0 : 1);
    if (at !== null) {
      this.text(at.file);
      this.number(at.line);
      this.number(at.column);
    }
    if (count === FLOW) this.text(tables.flow(fn)?.type ?? '');
  }

  /** Number of a call's head, whatever its arguments. */
  protected anyHead(site: number, fn: number): number {
    return this.headNumber(site, fn, this.tables.flow(fn) === null ? 0 : FLOW);
  }

  /** Number of a branch; 0: none. */
  protected label(branch: string | null): number {
    if (branch === null) return 0;
    // The first ones are compared: that is faster than to ask a table.
    const { labels } = this;
    const known = Math.min(labels.length, COMPARED);
    for (let i = 0; i < known; i++) if (labels[i] === branch) return i + 1;
    return this.labelOf(branch);
  }

  private labelOf(branch: string): number {
    const { labels } = this;
    const known = this.labelNumbers.get(branch);
    if (known !== undefined) return known;
    const label = labels.push(branch);
    this.labelNumbers.set(branch, label);
    this.room(16);
    this.byte(Ev.Label);
    this.number(label);
    this.text(branch);
    return label;
  }
}
