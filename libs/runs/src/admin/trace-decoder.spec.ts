import { CALL_ERROR, CALL_HAS_ARGS, CALL_HAS_RESULT, CALL_OPEN } from '@app/contracts';
import { decodeTrace, decodeValues } from './trace-decoder';

const FACTS = { state: 'available', dropped: 0 } as const;
const line = (...fields: readonly unknown[]): string => JSON.stringify(fields);

// confirm calls load and charge; charge fails and so does confirm. Lines stand in order of the calls' ends.
const SEGMENTS = [
  [
    line('n', 0, '::shop/confirm'),
    line('n', 1, 'load'),
    line('s', 7, 'src/orders.hot', 41, 9),
    line('c', 2, 1, 1, 7, 1, 10, 20, '[1,null]', 'null', null),
    '',
  ].join('\n'),
  [
    line('n', 2, 'charge'),
    line('c', 3, 1, 2, 7, 1, 40, 55.4, '["],null]"]', null, '"card declined"'),
    line('c', 1, 0, 0, -1, 0, 0, 100, '[{"id":12345678901234567890}]', null, '"card declined"'),
    '',
  ].join('\n'),
];

describe('decodeTrace', () => {
  it('orders calls by their start and points to callers by place', () => {
    const trace = decodeTrace(SEGMENTS, FACTS);
    expect(trace.parent).toEqual([-1, 0, 0]);
    expect(trace.name.map((index) => trace.names[index])).toEqual(['::shop/confirm', 'load', 'charge']);
    expect(trace.start_us).toEqual([0, 10, 40]);
    expect(trace.duration_us).toEqual([100, 20, 55]);
    expect([trace.file, trace.files, trace.line]).toEqual([[-1, 0, 0], ['src/orders.hot'], [0, 41, 41]]);
  });

  it('tells failures from results, whatever the values look like', () => {
    expect(decodeTrace(SEGMENTS, FACTS).flags).toEqual([
      CALL_HAS_ARGS | CALL_ERROR,
      CALL_HAS_ARGS | CALL_HAS_RESULT,
      CALL_HAS_ARGS | CALL_ERROR,
    ]);
  });

  it('shows calls of a killed run as open and drops half a line', () => {
    const cut = [
      [
        line('n', 0, 'a'),
        line('b', 1, 0, 0, -1, 0, 0, '[]'),
        line('c', 2, 1, 0, -1, 1, 5, 6, '[]', '1', null),
        line('b', 3, 1, 0, -1, 1, 20, '[]'),
        line('c', 3, 1, 0, -1, 1, 20, 2, '[]', '1', null),
        '["c",4,9,0,-1,1,30,2,"[]"',
      ].join('\n'),
    ];
    const trace = decodeTrace(cut, FACTS);
    expect(trace.flags.map((flags) => (flags & CALL_OPEN) !== 0)).toEqual([true, false, false]);
    expect(trace.duration_us).toEqual([0, 6, 2]);
  });

  it('makes roots of calls whose caller was not recorded', () => {
    const orphan = [line('c', 5, 4, 0, -1, 3, 1, 1, '[]', '1', null)];
    expect(decodeTrace(orphan, FACTS).parent).toEqual([-1]);
  });

  it('is empty for a run without a trace', () => {
    expect(decodeTrace([], { state: 'expired', dropped: 3 })).toMatchObject({
      state: 'expired',
      dropped: 3,
      parent: [],
    });
  });
});

describe('decodeValues', () => {
  it('gives back the texts exactly as recorded', () => {
    expect(decodeValues(SEGMENTS, 0)).toEqual({
      args: '[{"id":12345678901234567890}]',
      result: null,
      error: '"card declined"',
    });
    expect(decodeValues(SEGMENTS, 1)).toEqual({ args: '[1,null]', result: 'null', error: null });
    expect(decodeValues(SEGMENTS, 9)).toBeUndefined();
  });

  it('has only arguments for a call without an end', () => {
    expect(decodeValues([line('b', 1, 0, 0, -1, 0, 0, '[2]')], 0)).toEqual({
      args: '[2]',
      result: null,
      error: null,
    });
  });
});

// f calls a cond that calls g, which fails and is contained; then something is still open.
const EVENTS = [
  '["t",2,1,0]\n@0\n["h",0,"::a/f",null,0,0]\n(0:\n["h",1,"<cond>","src/a.hot",3,5,"cond",1]\n<1U0\n',
  '["l",5,1,"printed"]\n["t",2,3,16]\n["h",0,"::a/f",null,0,0]\n["h",1,"<cond>","src/a.hot",3,5,"cond",1]\n' +
    '&1000:\n&2110?\n@2\n["h",2,"::a/g","src/b.hot",9,1]\n(24"x",[1,2]\n!2"no \\"stock\\""\n["k",1,"else"]\n' +
    '>110null\n(2121\n(2',
];

describe('a trace of events', () => {
  it('is shown like one of lines', () => {
    const trace = decodeTrace(EVENTS, FACTS);
    expect(trace.name.map((index) => trace.names[index])).toEqual(['::a/f', '<cond>', '::a/g', '::a/g']);
    expect(trace.parent).toEqual([-1, 0, 1, 0]);
    expect(trace.start_us).toEqual([10, 15, 20, 24]);
    expect(trace.duration_us).toEqual([0, 8, 2, 0]);
    expect(trace.flags).toEqual([
      CALL_OPEN | CALL_HAS_ARGS,
      CALL_HAS_RESULT,
      CALL_ERROR | CALL_HAS_ARGS,
      CALL_OPEN | CALL_HAS_ARGS,
    ]);
    expect(trace.file.map((index) => trace.files[index])).toEqual([
      undefined,
      'src/a.hot',
      'src/b.hot',
      'src/b.hot',
    ]);
    expect(trace.branches).toEqual([{ call: 1, label: 'else' }]);
  });

  it('has the values as text', () => {
    expect(decodeValues(EVENTS, 2)).toEqual({ args: '["x",[1,2]]', result: null, error: '"no \\"stock\\""' });
    expect(decodeValues(EVENTS, 1)).toEqual({ args: null, result: 'null', error: null });
    expect(decodeValues(EVENTS, 3)).toEqual({ args: '[21]', result: null, error: null });
  });
});
