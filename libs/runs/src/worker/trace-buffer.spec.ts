import { compileProject, loadProgram, runProgram, traceParts } from '@app/lang';
import { zstdDecompressSync } from 'node:zlib';
import { decodeLogs } from '../admin/log-decoder';
import { decodeTrace, decodeValues } from '../admin/trace-decoder';
import { inlineSegment } from '../inline-trace';
import { TraceBuffer } from './trace-buffer';

const TEXT = '::t ns\ng fn (n, text) { add(n, 1) }\nf fn () { map(range(N), (n) { g(n, "ä €") }) "end" }';

async function recorded(calls: number): Promise<Uint8Array> {
  const { artifact } = compileProject([
    { name: 't.hot', text: TEXT.replace('N', String(calls)), origin: 'project' },
  ]);
  if (artifact === null) throw new Error('does not compile');
  const blocks: Uint8Array[] = [];
  await runProgram(
    loadProgram(artifact),
    { fn: '::t/f', trace: true },
    {
      call: () => Promise.reject(new Error('nothing is called')),
      post: () => undefined,
      trace: (block) => blocks.push(block.slice()),
      nowUs: () => 0,
      epochMs: () => 0,
      randomBytes: (length) => new Uint8Array(length),
    },
  );
  return Buffer.concat(blocks);
}

const parts = (segments: readonly Buffer[]): ReturnType<typeof traceParts> =>
  segments.flatMap((segment) => traceParts(segment, (bytes) => Buffer.from(bytes).toString('utf8')));

const FACTS = { state: 'available', dropped: 0 } as const;

describe('the trace of a run on its way out', () => {
  it('is text that a database takes while it is small, and gives back calls and prints', async () => {
    const buffer = new TraceBuffer(0);
    buffer.note('["l",1,1,"bö\\n"]\n');
    buffer.add(await recorded(2));
    buffer.note('["l",2,1,"after\\n"]\n');
    const { trace, segments } = buffer.finish();
    expect(segments).toEqual([]);
    expect(trace).not.toContain('\0');
    const read = parts([inlineSegment(trace ?? '')]);
    expect(decodeLogs(read).lines.map(({ text }) => text)).toEqual(['bö', 'after']);
    const { name, names } = decodeTrace(read, FACTS);
    const shown = name.map((index) => names[index] ?? '');
    expect(shown.filter((each) => each === '::t/g')).toHaveLength(2);
    expect(decodeValues(read, shown.lastIndexOf('::t/g'))).toEqual({
      args: '[1,"ä €"]',
      result: '2',
      error: null,
    });
  });

  it('leaves in segments that hold the bytes of blocks unharmed', async () => {
    const buffer = new TraceBuffer(0);
    const whole = await recorded(2_000);
    expect(buffer.add(whole)).toBeNull();
    const first = buffer.add(await recorded(1));
    expect([...zstdDecompressSync(first?.data.subarray(1) ?? Buffer.of())]).toEqual([...whole]);
  });

  it('keeps prints as readable text in the row of a run without calls', () => {
    const buffer = new TraceBuffer(0);
    buffer.note('["l",1,1,"x"]\n');
    expect(buffer.finish().trace).toBe('["l",1,1,"x"]\n');
  });
});
