/**
 * Records calls. Arguments and results become masked JSON text at once and are never held by reference. One line per
 * call, written when the call ends: newline-delimited JSON arrays, so that a cut tail costs one line at most.
 *
 *   ["n", index, name]                         a function name, before its first use
 *   ["s", index, file, line, column]           a call site, before its first use
 *   ["b", id, parent, name, site, depth, startUs, args]   a call began (written when a segment is cut while it is open)
 *   ["c", id, parent, name, site, depth, startUs, durationUs, args, result, error]
 *
 * args, result and error are JSON texts or null. Ids grow in order of start; parents come before children by id.
 */
import type { RunHost } from '../embed';
import { JsonDepthError, toJson } from './json';
import type { Masker } from './masker';
import type { Value } from './values';

const SEGMENT_CHARS = 256 * 1024;
const MAX_VALUE_CHARS = 64 * 1024;
const VALUE_DEPTH = 64;

export interface OpenCall {
  readonly id: number;
  readonly parent: number;
  readonly name: number;
  readonly site: number;
  readonly depth: number;
  readonly startUs: number;
  readonly args: string;
}

export class TraceWriter {
  dropped = 0;
  bytes = 0;
  private lines: string[] = [];
  private chars = 0;
  private readonly names = new Map<string, number>();
  private readonly sites = new Set<number>();
  private nextId = 1;
  private parent = 0;
  private depth = 0;

  constructor(
    private readonly host: RunHost,
    private readonly masker: Masker,
    private readonly limits: { readonly maxCalls: number; readonly maxBytes: number },
    private readonly place: (site: number) => readonly [string, number, number] | null,
  ) {}

  /** null: not recorded, because a cap was reached. */
  begin(name: string, site: number, args: readonly Value[]): OpenCall | null {
    if ((this.nextId > this.limits.maxCalls || this.bytes > this.limits.maxBytes) && this.depth > 2) {
      this.dropped += 1;
      return null;
    }
    const call: OpenCall = {
      id: this.nextId++,
      parent: this.parent,
      name: this.nameOf(name),
      site: this.siteOf(site),
      depth: this.depth,
      startUs: this.host.nowUs(),
      args: this.text(args),
    };
    this.parent = call.id;
    this.depth += 1;
    return call;
  }

  end(call: OpenCall, result: Value): void {
    this.close(call, this.text(result), null);
  }

  fail(call: OpenCall, message: string): void {
    this.close(call, null, JSON.stringify(this.masker.text(message.slice(0, 2_000))));
  }

  flush(): void {
    if (this.lines.length === 0) return;
    this.host.post('trace', this.lines.join('\n') + '\n');
    this.lines = [];
    this.chars = 0;
  }

  private close(call: OpenCall, result: string | null, error: string | null): void {
    this.parent = call.parent;
    this.depth = call.depth;
    const duration = this.host.nowUs() - call.startUs;
    this.line(
      `["c",${call.id},${call.parent},${call.name},${call.site},${call.depth},${call.startUs},${duration},${JSON.stringify(call.args)},${result === null ? 'null' : JSON.stringify(result)},${error === null ? 'null' : JSON.stringify(error)}]`,
    );
  }

  private text(value: Value): string {
    let text: string;
    try {
      text = toJson(value, { masker: this.masker.isEmpty ? null : this.masker, maxDepth: VALUE_DEPTH });
    } catch (error) {
      if (!(error instanceof JsonDepthError)) throw error;
      return '{"$truncated":true,"reason":"nested too deeply"}';
    }
    return text.length > MAX_VALUE_CHARS ? `{"$truncated":true,"size":${text.length}}` : text;
  }

  private nameOf(name: string): number {
    const known = this.names.get(name);
    if (known !== undefined) return known;
    const index = this.names.size;
    this.names.set(name, index);
    this.line(`["n",${index},${JSON.stringify(name)}]`);
    return index;
  }

  private siteOf(site: number): number {
    if (site >= 0 && !this.sites.has(site)) {
      this.sites.add(site);
      const place = this.place(site);
      if (place !== null) this.line(`["s",${site},${JSON.stringify(place[0])},${place[1]},${place[2]}]`);
    }
    return site;
  }

  private line(text: string): void {
    this.lines.push(text);
    this.chars += text.length + 1;
    this.bytes += text.length + 1;
    if (this.chars >= SEGMENT_CHARS) this.flush();
  }
}
