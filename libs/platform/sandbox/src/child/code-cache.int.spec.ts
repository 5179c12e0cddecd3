import { splitArtifact, withEngineCode } from '@app/platform/engine-code';
import ivm from 'isolated-vm';
import { CodeCache, type EngineData } from './code-cache';

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

function dataOf(js: string): EngineData {
  const { data } = splitArtifact(withEngineCode(Buffer.from('{}'), js));
  if (data === null) throw new Error('there is no engine code');
  return new ivm.ExternalCopy(new Uint8Array(data).buffer);
}

describe('code that was compiled in another isolate', () => {
  it('is taken over by the next one, as the same program', async () => {
    const codes = new CodeCache();
    const owner = {};
    expect(await result(codes, owner)).toEqual([7, undefined]);
    expect(await result(codes, owner)).toEqual([7, false]);
  });

  it('is taken from an artifact that brings it along', async () => {
    const js = `() => 9`;
    const data = dataOf(js);
    expect(await result(new CodeCache(), { data }, `(${js})`)).toEqual([9, false]);
  });

  it('is made anew when what the artifact brings is refused', async () => {
    const data = dataOf('() => 9 + 1');
    const codes = new CodeCache();
    const owner = { data };
    expect(await result(codes, owner, '(() => 8)')).toEqual([8, true]);
    expect(await result(codes, owner, '(() => 8)')).toEqual([8, undefined]);
    expect(await result(codes, owner, '(() => 8)')).toEqual([8, false]);
  });

  it('is that of its owner alone', async () => {
    const codes = new CodeCache();
    await result(codes, {});
    expect(await result(codes, {}, '(() => 8)')).toEqual([8, undefined]);
  });
});
