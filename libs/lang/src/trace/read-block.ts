/** Reads blocks of a trace: see format.ts. Values are left where they are until somebody asks for them. */
import { BlockBytes, BrokenBlock } from './block-bytes';
import { BLOCK_HEAD, Ev, FLOW, Tag, VARIADIC } from './format';
import type { TracedCall } from './traced-call';

interface Head extends Pick<TracedCall, 'name' | 'place' | 'flow'> {
  /** Of arguments, or `VARIADIC` or `FLOW`. */
  readonly count: number;
}

/** Where values stand. */
interface Place {
  readonly bytes: BlockBytes;
  readonly at: number;
  readonly count: number;
}

class Call implements TracedCall {
  endUs: number | null = null;
  branch: string | null = null;
  again = 0;
  error: string | null = null;
  /** Null: not ended, or with an error. */
  end: Place | null = null;

  constructor(
    readonly id: number,
    readonly parent: number,
    private readonly head: Head,
    readonly startUs: number,
    private readonly begin: Place | null,
  ) {}

  get name(): string {
    return this.head.name;
  }

  get place(): TracedCall['place'] {
    return this.head.place;
  }

  get flow(): string | null {
    return this.head.flow;
  }

  get durationUs(): number | null {
    return this.endUs === null ? null : this.endUs - this.startUs;
  }

  get hasArgs(): boolean {
    return this.begin !== null;
  }

  get args(): string | null {
    return this.begin === null ? null : `[${valuesAt(this.begin).join(',')}]`;
  }

  get result(): string | null {
    return this.end === null ? null : (valuesAt(this.end)[0] ?? null);
  }
}

function valuesAt({ bytes, at, count }: Place): string[] {
  bytes.at = at;
  return Array.from({ length: count }, () => bytes.json());
}

/** A value that is null. */
const NULL: Place = { bytes: new BlockBytes(Uint8Array.of(Tag.Null)), at: 0, count: 1 };

export class BlockReader {
  readonly calls = new Map<number, Call>();
  private heads: (Head | undefined)[] = [];
  private labels: (string | undefined)[] = [];
  private bytes = new BlockBytes(new Uint8Array());
  private nextId = 1;
  private time = 0;
  /** Undefined: in a block whose beginning is lost. */
  private current: Call | null | undefined = undefined;

  /** What a broken block holds up to the break is taken. */
  read(block: Uint8Array): void {
    this.bytes = new BlockBytes(block);
    this.heads = [];
    this.labels = [];
    this.current = undefined;
    try {
      this.bytes.at = BLOCK_HEAD;
      this.nextId = this.bytes.number();
      this.time = this.bytes.number();
      while (!this.bytes.isAtEnd) this.event(this.bytes.byte());
    } catch (error) {
      if (!(error instanceof BrokenBlock)) throw error;
    }
  }

  private event(code: number): void {
    const { bytes } = this;
    if (code < Ev.End) {
      this.begins(code);
      return;
    }
    switch (code) {
      case Ev.End:
        this.ends(0, 0);
        return;
      case Ev.FlowEnd:
        this.ends(bytes.number(), 0);
        return;
      case Ev.LoopEnd:
        this.ends(0, bytes.number());
        return;
      case Ev.Error: {
        const error = JSON.stringify(bytes.text());
        const call = this.leave();
        if (call) call.error = error;
        return;
      }
      case Ev.Tick:
        this.time += bytes.number();
        return;
      case Ev.Call:
        this.begins(bytes.number());
        return;
      case Ev.Turns:
        this.turns(bytes.number(), bytes.number(), bytes.u32());
        return;
      case Ev.Move: {
        const id = bytes.number();
        this.current = id === 0 ? null : this.calls.get(id);
        return;
      }
      case Ev.Announce: {
        const [id, parent, head, start] = [bytes.number(), bytes.number(), bytes.number(), bytes.number()];
        if (!this.calls.has(id)) this.add(id, parent, head, start, null);
        return;
      }
      case Ev.TurnsEnd: {
        const head = bytes.number();
        this.turns(head, bytes.number(), bytes.number());
        const label = bytes.number();
        this.current = this.add(this.nextId++, this.current?.id ?? 0, head, this.time, null);
        this.ends(label, 0);
        return;
      }
      case Ev.Head:
        this.head();
        return;
      case Ev.Label: {
        const label = bytes.number();
        this.labels[label] = bytes.text();
        return;
      }
      default:
        throw new BrokenBlock();
    }
  }

  private head(): void {
    const { bytes } = this;
    const number = bytes.number();
    const count = bytes.number();
    const name = bytes.text();
    const place =
      bytes.number() === 0 ? null : { file: bytes.text(), line: bytes.number(), column: bytes.number() };
    const kind = count === FLOW ? bytes.text() : '';
    this.heads[number] = { name, place, flow: kind === '' ? null : kind, count };
  }

  private begins(number: number): void {
    const { bytes } = this;
    const head = this.heads[number];
    if (head === undefined) throw new BrokenBlock();
    const count = head.count === VARIADIC ? bytes.number() : head.count;
    const begin = count === FLOW && head.count === FLOW ? null : { bytes, at: bytes.at, count };
    for (let i = 0; begin !== null && i < count; i++) bytes.skip();
    this.current = this.add(this.nextId++, this.current?.id ?? 0, number, this.time, begin);
  }

  private add(id: number, parent: number, number: number, startUs: number, begin: Place | null): Call {
    const head = this.heads[number];
    if (head === undefined) throw new BrokenBlock();
    const call = new Call(id, parent, head, startUs, begin);
    this.calls.set(id, call);
    return call;
  }

  private ends(label: number, again: number): void {
    const { bytes } = this;
    const end = { bytes, at: bytes.at, count: 1 };
    bytes.skip();
    const call = this.leave();
    if (!call) return;
    call.end = end;
    call.branch = this.labels[label] ?? null;
    call.again = again;
  }

  /** The current call, which has ended. */
  private leave(): Call | null | undefined {
    const call = this.current;
    if (!call) return call;
    call.endUs = this.time;
    this.current = call.parent === 0 ? null : this.calls.get(call.parent);
    return call;
  }

  private turns(head: number, label: number, count: number): void {
    for (let i = 0; i < count; i++) {
      const call = this.add(this.nextId++, this.current?.id ?? 0, head, this.time, null);
      call.endUs = this.time;
      call.branch = this.labels[label] ?? null;
      call.end = NULL;
    }
  }
}
