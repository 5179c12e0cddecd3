/** Whatever is recorded in whatever order, it reads as what a recorder without any art would have kept. */
import fc from 'fast-check';
import { readTrace } from '../../src';
import { Dec } from '../../src/runtime/dec';
import { HotMap } from '../../src/runtime/hot-map';
import { Masker } from '../../src/runtime/mask';
import type { OpenCall } from '../../src/runtime/open-call';
import type { Run } from '../../src/runtime/run';
import { Tracer } from '../../src/runtime/trace';
import { Byte, Tagged, TypeInfo, type Fiber, type Value } from '../../src/runtime/values';
import { ModelTracer, type ModelCall } from '../support/model-trace';

const FLOWS = 100;
const TABLES = {
  fnName: (fn: number) => (fn >= FLOWS ? '<cond>' : `::t/f${fn}`),
  flow: (fn: number) => (fn >= FLOWS ? { type: 'cond', inline: true } : null),
  site: (site: number) => (site === 0 ? null : { file: 'ä.hot', line: site, column: 1 }),
};
const LIMITS = { maxBytes: 1 << 30, maxCalls: 1_000_000, maxDepth: 4096 };

// ---- values -------------------------------------------------------------------------------------------------------

const SHARED = HotMap.of([
  ['id', 1],
  ['größe "x"', 'a'],
  ['zero\0', null],
]);
const TYPES = [new TypeInfo('::t/Point'), new TypeInfo('::t/Ürgendwas')];
/** A few of them fill a block. */
const LARGE = 'long '.repeat(12_000);
const SECRET = 'hunter2-hunter2';

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'x'.repeat(31), 'y'.repeat(32), 'é'.repeat(200), '\ud800', 'z'.repeat(1_500)),
  fc.constant(`in ${SECRET} of`),
);
const int = fc.oneof(
  fc.constantFrom(0, 63, 64, 127, 128, 16_383, 16_384, -1, 2 ** 31, -(2 ** 31), Number.MAX_SAFE_INTEGER),
  fc.integer(),
  fc.maxSafeInteger(),
);
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    int,
    fc.constantFrom<Value>(null, true, false, 42, 10n ** 30n, new Dec(150n, 2), new Byte(7)),
    text,
    fc.uint8Array({ maxLength: 4 }),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.array(int, { minLength: 100, maxLength: 200 }),
    fc
      .array(tie('value'), { minLength: 3, maxLength: 3 })
      .map((list) => new HotMap(SHARED.keysOf, list, list.length)),
    fc
      .uniqueArray(fc.tuple(text, tie('value')), { selector: ([key]) => key, maxLength: 4 })
      .map((entries) => HotMap.of(entries)),
    fc
      .tuple(fc.constantFrom(...TYPES), tie('value'), fc.boolean())
      .map(([type, v, isUnit]) => (isUnit ? new Tagged(type, null, true) : new Tagged(type, v))),
  ),
}));

// ---- what happens -------------------------------------------------------------------------------------------------

const head = { fn: fc.nat(6), site: fc.nat(300) };
const happening = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('call' as const),
      ...head,
      args: fc.array(value, { maxLength: 9 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('flow' as const), ...head }) },
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      value,
      again: fc.constantFrom(0, 0, 1, 700),
      branch: fc.option(fc.nat(3)),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('turn' as const), branch: fc.nat(2) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('turns' as const),
      ...head,
      branch: fc.nat(2),
      count: fc.integer({ min: 1, max: 600 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('turnsAndLast' as const),
      ...head,
      branch: fc.nat(2),
      count: fc.integer({ min: 1, max: 600 }),
      last: fc.option(fc.nat(3)),
      value,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('fail' as const), levels: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), us: fc.nat(5_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('again' as const, 'large' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('secret' as const),
      value: fc.constantFrom<Value>(SECRET, 42, 10n ** 30n),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fork' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('switch' as const), to: fc.nat(3) }) },
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

interface Line {
  readonly fb: Fiber;
  /** Open calls, the outer ones first; those before `own` are another line's. */
  readonly open: (readonly [OpenCall, ModelCall])[];
  readonly own: number;
}

class Both {
  readonly blocks: Uint8Array[] = [];
  private readonly masker = new Masker();
  readonly model = new ModelTracer(this.masker);
  private readonly tracer = new Tracer(
    TABLES,
    LIMITS,
    { nowUs: () => this.model.now, post: (block) => this.blocks.push(block.slice()), check: () => undefined },
    this.masker,
  );
  private readonly lines: Line[] = [this.line([])];
  private at = 0;
  private last: Value[] = [];

  private line(open: Line['open']): Line {
    const tp = open[open.length - 1]?.[0] ?? null;
    // A recorder asks a fibre for nothing but these.
    return { fb: { f: 0, tp, r: null as unknown as Run }, open: [...open], own: open.length };
  }

  do(one: Happening): void {
    const { tracer, model } = this;
    const line = this.lines[this.at] as Line;
    const { fb, open } = line;
    const inner = open.length > line.own ? open[open.length - 1] : undefined;
    const parent = open[open.length - 1]?.[1] ?? null;
    switch (one.kind) {
      case 'call':
        this.call(line, one.fn, one.site, one.args);
        return;
      case 'again':
        // The same values once more, as a caller hands them on.
        this.call(line, 1, 1, this.last);
        return;
      case 'large':
        this.call(line, 2, 2, [LARGE]);
        return;
      case 'flow': {
        const began = tracer.flow(fb, one.site, FLOWS + one.fn);
        if (began === null) throw new Error('not recorded');
        open.push([began, model.begin(parent, '<cond>', one.site || null, 'cond', null)]);
        return;
      }
      case 'end': {
        if (inner === undefined) return;
        const branch = one.branch === null ? null : `branch_${one.branch}`;
        open.pop();
        this.last = [one.value];
        if (inner[1].flow !== null) {
          tracer.flowEnd(fb, inner[0], branch, one.value);
          model.end(inner[1], one.value, branch, 0);
        } else {
          tracer.endLoop(fb, inner[0], one.value, one.again);
          model.end(inner[1], one.value, null, one.again);
        }
        return;
      }
      case 'turn':
        if (inner?.[1].flow == null) return;
        open.pop();
        tracer.turn(fb, inner[0], `branch_${one.branch}`);
        model.end(inner[1], null, `branch_${one.branch}`, 0);
        return;
      case 'turns':
        tracer.turned(fb, one.site, FLOWS + one.fn, `branch_${one.branch}`, one.count);
        this.modelTurns(parent, one);
        return;
      case 'turnsAndLast': {
        const last = one.last === null ? null : `branch_${one.last}`;
        tracer.turnedLast(fb, one.site, FLOWS + one.fn, `branch_${one.branch}`, one.count, last, one.value);
        this.modelTurns(parent, one);
        model.end(model.begin(parent, '<cond>', one.site || null, 'cond', null), one.value, last, 0);
        return;
      }
      case 'fail': {
        const to = Math.max(line.own, open.length - one.levels);
        tracer.unwind(fb, open[to - 1]?.[0] ?? null, 'no "stock"\n', []);
        for (const [, call] of open.splice(to).reverse()) model.fail(call, 'no "stock"\n');
        return;
      }
      case 'wait':
        model.now += one.us;
        tracer.stale();
        return;
      case 'secret':
        this.masker.add(one.value);
        return;
      case 'fork':
        if (this.lines.length > 3) return;
        tracer.share(fb.tp);
        // The line that forks waits for the other one: its calls do not end before.
        this.at = this.lines.push(this.line(open)) - 1;
        return;
      case 'switch': {
        const forked = this.lines.slice(1);
        if (forked.length > 0) this.at = 1 + (one.to % forked.length);
      }
    }
  }

  private modelTurns(
    parent: ModelCall | null,
    { site, branch, count }: { site: number; branch: number; count: number },
  ): void {
    for (let i = 0; i < count; i++) {
      const call = this.model.begin(parent, '<cond>', site || null, 'cond', null);
      this.model.end(call, null, `branch_${branch}`, 0);
    }
  }

  private call(line: Line, fn: number, site: number, args: readonly Value[]): void {
    const { tracer, model } = this;
    const { fb, open } = line;
    const parent = open[open.length - 1]?.[1] ?? null;
    const [a = null, b = null] = args;
    this.last = [...args];
    const began =
      args.length === 0
        ? tracer.begin0(fb, 9, site, fn)
        : args.length === 1
          ? tracer.begin1(fb, 9, site, fn, a)
          : args.length === 2
            ? tracer.begin2(fb, 9, site, fn, a, b)
            : tracer.begin(fb, 9, site, fn, args);
    open.push([began, model.begin(parent, `::t/f${fn}`, site || null, null, args)]);
  }

  finish(): void {
    this.tracer.finish();
  }
}

describe('what is recorded', () => {
  it('reads as it happened', () => {
    let mostBlocks = 0;
    fc.assert(
      fc.property(fc.array(happening, { minLength: 1, maxLength: 300, size: 'max' }), (all) => {
        const both = new Both();
        for (const one of all) both.do(one);
        both.finish();
        mostBlocks = Math.max(mostBlocks, both.blocks.length);
        const read = readTrace(both.blocks).map(
          ({ id, parent, name, place, flow, startUs, durationUs, args, result, error, branch, again }) => ({
            ...{ id, parent, name, line: place?.line ?? null, flow, startUs, durationUs },
            ...{ args, result, error, branch, again },
          }),
        );
        expect(read).toEqual(both.model.calls);
      }),
      { numRuns: 60 },
    );
    expect(mostBlocks).toBeGreaterThan(1);
  });
});
