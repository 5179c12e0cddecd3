import ivm from 'isolated-vm';
import { CodeCache } from './code-cache';

const TEXT = `(() => { ${Array.from({ length: 200 }, (_, i) => `function f${i}() { return ${i}; }`).join(' ')} return f7() })`;

async function result(codes: CodeCache, owner: object, text = TEXT): Promise<readonly [unknown, unknown]> {
  const isolate = new ivm.Isolate({ memoryLimit: 32 });
  try {
    const context = await isolate.createContext();
    const script: ivm.Script & { cachedDataRejected?: boolean } = await codes.compile(
      isolate,
      owner,
      text,
      'test.js',
    );
    const code = await script.run(context, { reference: true });
    return [await (code as ivm.Reference).apply(undefined, []), script.cachedDataRejected];
  } finally {
    isolate.dispose();
  }
}

describe('code that was compiled in another isolate', () => {
  it('is taken over by the next one, as the same program', async () => {
    const codes = new CodeCache();
    const owner = {};
    expect(await result(codes, owner)).toEqual([7, undefined]);
    expect(await result(codes, owner)).toEqual([7, false]);
  });

  it('is that of its owner alone', async () => {
    const codes = new CodeCache();
    await result(codes, {});
    expect(await result(codes, {}, '(() => 8)')).toEqual([8, undefined]);
  });
});
