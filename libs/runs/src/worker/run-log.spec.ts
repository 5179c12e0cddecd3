import { zstdDecompressSync } from 'node:zlib';
import { RunLog } from './run-log';
import { TraceBuffer } from './trace-buffer';

const print = (text: string, stream = 'out'): string => JSON.stringify({ stream, text });

describe('what a program prints', () => {
  it('is one line each, with time and stream, whatever is in it', () => {
    const log = new RunLog(1_000);
    expect(log.line(print('a "b"\n\u0000🌊'), 17.6)).toBe('["l",18,1,"a \\"b\\"\\n\\u0000🌊"]\n');
    expect(log.line(print('bad\n', 'err'), 19)).toBe('["l",19,2,"bad\\n"]\n');
    expect(log.end()).toBe('');
  });

  it('is kept up to the limit; the rest is counted', () => {
    const log = new RunLog(10);
    expect(log.line(print('12345678'), 0)).not.toBeNull();
    expect(log.line(print('éé'), 0)).toBeNull();
    expect(log.line(print('é'), 0)).not.toBeNull();
    expect(log.line(print('x'), 0)).toBeNull();
    expect(log.end()).toBe('["x",2,5]\n');
  });

  it('is cut between characters when one text is too long', () => {
    const log = new RunLog(1024 * 1024);
    const line = log.line(print(`x${'é'.repeat(40_000)}`), 0) ?? '';
    const [, , , text] = JSON.parse(line) as [string, number, number, string];
    expect(text).toBe(`x${'é'.repeat(32_767)}`);
    expect(log.end()).toBe('["x",0,14466]\n');
  });

  it.each(['', 'null', '[]', '{}', '{"text":1}', '{"text":'])('is nothing when %j is posted', (payload) => {
    const log = new RunLog(100);
    expect(log.line(payload, 0)).toBeNull();
    expect(log.end()).toBe('');
  });
});

describe('printed lines in a trace', () => {
  const read = (data: Buffer): string =>
    (data[0] === 2 ? zstdDecompressSync(data.subarray(1)) : data.subarray(1)).toString('utf8');

  it('stand before the calls that were recorded after them, in one inline text', () => {
    const trace = new TraceBuffer(0);
    expect(trace.note('["l",1,1,"a"]\n')).toBeNull();
    expect(trace.add(Buffer.from('["t",1]\n'))).toBeNull();
    expect(trace.note('["l",2,1,"b"]\n')).toBeNull();
    expect(trace.finish()).toEqual({ trace: '["l",1,1,"a"]\n["t",1]\n["l",2,1,"b"]\n', segments: [] });
  });

  it('are there when a run died before it recorded anything', () => {
    const trace = new TraceBuffer(0);
    trace.note('["l",1,1,"last words"]\n');
    expect(trace.finish()).toEqual({ trace: '["l",1,1,"last words"]\n', segments: [] });
    expect(new TraceBuffer(0).finish()).toEqual({ trace: null, segments: [] });
  });

  it('leave in segments while there are many, none of them lost', () => {
    const trace = new TraceBuffer(0);
    const out: string[] = [];
    const all = Array.from({ length: 3_000 }, (_, n) => `["l",${n},1,"${'x'.repeat(50)}"]\n`);
    for (const line of all) {
      const segment = trace.note(line);
      if (segment !== null) out.push(read(segment.data));
    }
    expect(out.length).toBeGreaterThan(1);
    const { trace: inline, segments } = trace.finish();
    expect(inline).toBeNull();
    expect([...out, ...segments.map(({ data }) => read(data))].join('')).toBe(all.join(''));
  });
});
