import { hasEngineCode, splitArtifact, withEngineCode, withoutEngineCode } from './engine-code';

const JS = '(rt) => ({ functions: {}, init: [] })';
const JSON_BYTES = Buffer.from(JSON.stringify({ js: JS, tables: '{}' }));

describe('engine code behind an artifact', () => {
  const bytes = withEngineCode(JSON_BYTES, JS);
  const tagAt = bytes.length - 16;

  it('comes off again, and the JSON is what it was', () => {
    expect(hasEngineCode(JSON_BYTES)).toBe(false);
    expect(hasEngineCode(bytes)).toBe(true);
    const { json, data } = splitArtifact(bytes);
    expect(json.equals(JSON_BYTES)).toBe(true);
    expect(data?.length).toBe(bytes.length - JSON_BYTES.length - 16);
    expect(splitArtifact(JSON_BYTES)).toEqual({ json: JSON_BYTES, data: null });
  });

  it('of another engine is not used', () => {
    const other = Buffer.from(bytes);
    other.writeUInt32LE((other.readUInt32LE(tagAt) ^ 1) >>> 0, tagAt);
    const { json, data } = splitArtifact(other);
    expect([json.equals(JSON_BYTES), data]).toEqual([true, null]);
  });

  it('that claims to be longer than everything is none', () => {
    const wrong = Buffer.from(bytes);
    wrong.writeUInt32LE(0xffffffff, tagAt + 4);
    expect(splitArtifact(wrong)).toEqual({ json: Buffer.alloc(0), data: null });
  });

  it('comes off wholly, also when there is one behind another', () => {
    expect(hasEngineCode(splitArtifact(withEngineCode(bytes, JS)).json)).toBe(true);
    expect(withoutEngineCode(withEngineCode(bytes, JS)).equals(JSON_BYTES)).toBe(true);
  });

  it('is left out where the engine does not take the code', () => {
    expect(withEngineCode(JSON_BYTES, 'no code (')).toBe(JSON_BYTES);
  });
});
