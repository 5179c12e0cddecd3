import fc from 'fast-check';
import { PassThrough, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { FrameWriter, KIND, readFrames, text, type Frame } from './frames';

function reader(): { readonly input: PassThrough; readonly frames: Frame[]; readonly broken: string[] } {
  const input = new PassThrough();
  const frames: Frame[] = [];
  const broken: string[] = [];
  readFrames(
    input,
    (frame) => frames.push(frame),
    (reason) => broken.push(reason),
  );
  return { input, frames, broken };
}

async function written(send: (writer: FrameWriter) => void): Promise<Buffer> {
  const out = new PassThrough();
  const chunks: Buffer[] = [];
  out.on('data', (chunk: Buffer) => chunks.push(chunk));
  const writer = new FrameWriter(out);
  send(writer);
  await new Promise((resolve) => setImmediate(resolve));
  return Buffer.concat(chunks);
}

const frameOf = fc.record({
  kind: fc.constantFrom(...Object.values(KIND)),
  run: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  fields: fc.array(
    fc.oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.uint8Array({ maxLength: 40 })),
    { maxLength: 9 },
  ),
});

describe('frames', () => {
  it('leave one by one within a tick that brings much, and together in one that brings little', async () => {
    const sizes: number[] = [];
    const out = new Writable({
      highWaterMark: 1 << 30,
      write: (chunk: Buffer, _, done) => {
        sizes.push(chunk.length);
        done();
      },
    });
    const writer = new FrameWriter(out);
    for (let n = 0; n < 10; n += 1) writer.send(KIND.post, n, ['trace', Buffer.alloc(500_000)]);
    expect(sizes.length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...sizes)).toBeLessThan(2_000_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(5_000_000);
    sizes.length = 0;
    for (let n = 0; n < 10; n += 1) writer.send(KIND.post, n, ['trace', Buffer.alloc(500)]);
    expect(sizes).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(sizes).toHaveLength(1);
  });

  it('come out as they went in, however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(frameOf, { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
        async (sent, cuts) => {
          const bytes = await written((writer) =>
            sent.forEach(({ kind, run, fields }) => writer.send(kind, run, fields)),
          );
          const { input, frames, broken } = reader();
          for (let at = 0, i = 0; at < bytes.length; i += 1) {
            const length = cuts[i % cuts.length] ?? 1;
            input.write(bytes.subarray(at, at + length));
            at += length;
          }
          input.end();
          await finished(input);
          expect(broken).toEqual([]);
          expect(
            frames.map(({ kind, run, fields }) => ({
              kind,
              run,
              fields: fields.map((each) => each.toString('hex')),
            })),
          ).toEqual(
            sent.map(({ kind, run, fields }) => ({
              kind,
              run,
              fields: fields.map((each) => Buffer.from(each).toString('hex')),
            })),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of one tick are one write', async () => {
    const out = new PassThrough();
    const chunks: Buffer[] = [];
    out.on('data', (chunk: Buffer) => chunks.push(chunk));
    const writer = new FrameWriter(out);
    for (let n = 0; n < 100; n += 1) writer.send(KIND.post, n, ['log', 'x'.repeat(1000)]);
    expect(writer.backlog).toBeGreaterThan(100_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(chunks).toHaveLength(1);
    expect(writer.backlog).toBe(0);
  });

  it.each([
    ['shorter than its head', [5, 0, 0, 0, 1, 0, 0, 0, 0, 0]],
    ['too long', [0, 0, 0, 0xff]],
    ['with a field beyond its end', [10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 9, 0, 0, 0]],
    ['with bytes after its fields', [8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 7, 7]],
  ])('are refused once and for all when one is %s', async (_, bytes) => {
    const { input, frames, broken } = reader();
    input.write(Buffer.from(bytes));
    input.write(await written((writer) => writer.send(KIND.ready, 0)));
    await new Promise(setImmediate);
    expect(broken).toHaveLength(1);
    expect(frames).toEqual([]);
  });

  it('end with the error of whoever takes them', async () => {
    const input = new PassThrough();
    const broken: string[] = [];
    readFrames(
      input,
      () => {
        throw new Error('not me');
      },
      (reason) => broken.push(reason),
    );
    input.write(await written((writer) => writer.send(KIND.ready, 0)));
    await new Promise(setImmediate);
    expect(broken).toEqual(['not me']);
  });

  it('give an empty text for a field that is not there', () => {
    expect(text({ kind: KIND.ready, run: 0, fields: [] }, 3)).toBe('');
  });
});
