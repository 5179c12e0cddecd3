/**
 * What the engine has made of an artifact's code, kept behind the artifact's JSON: reading code is most of the time that
 * the first load in a child takes. The engine trusts such data, so it is made by us alone, never where programs run, and
 * whoever stores it has to make sure that it comes back unchanged. Data of another engine or other flags is not used.
 *
 *     JSON | data | version tag of the engine, 4 bytes | length of the data, 4 bytes | mark
 */
import { execFileSync } from 'node:child_process';
import { cachedDataVersionTag } from 'node:v8';

/** No JSON ends in it. */
const MARK = Buffer.from('\0hotcode');
const FOOT_BYTES = 8 + MARK.length;

export const PROGRAM_FILE = 'program.js';

/** The text that an isolate runs to have the artifact's function. */
export const programText = (js: string): string => `(${js})`;

/**
 * A process of its own, as children of the sandbox are ones: Node's own snapshot has other built-in objects, and the
 * engine refuses what was made with them. It may read no file, knows nothing, and runs nothing of the text.
 */
const MAKER = `
const parts = [];
process.stdin.on('data', (part) => parts.push(part)).on('end', () => {
  const text = Buffer.concat(parts).toString('utf8');
  process.stdout.write(new (require('node:vm').Script)(text, { filename: ${JSON.stringify(PROGRAM_FILE)} }).createCachedData());
});`;
const MAX_MAKING_MS = 20_000;
const MAX_DATA_BYTES = 256 * 1024 * 1024;

/** The artifact with its engine code; as it is where the engine does not take the code. Blocks its thread for 0.1 s. */
export function withEngineCode(artifact: Buffer, js: string): Buffer {
  let data: Buffer;
  try {
    data = execFileSync(process.execPath, ['--no-node-snapshot', '--permission', '-e', MAKER], {
      input: programText(js),
      env: {},
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: MAX_MAKING_MS,
      maxBuffer: MAX_DATA_BYTES,
    });
  } catch {
    return artifact;
  }
  const foot = Buffer.alloc(FOOT_BYTES);
  foot.writeUInt32LE(cachedDataVersionTag(), 0);
  foot.writeUInt32LE(data.length, 4);
  MARK.copy(foot, 8);
  return Buffer.concat([artifact, data, foot]);
}

export function hasEngineCode(bytes: Buffer): boolean {
  return bytes.length > FOOT_BYTES && bytes.subarray(bytes.length - MARK.length).equals(MARK);
}

export interface SplitArtifact {
  readonly json: Buffer;
  /** Null when there is none, or none for this engine. */
  readonly data: Buffer | null;
}

export function splitArtifact(bytes: Buffer): SplitArtifact {
  if (!hasEngineCode(bytes)) return { json: bytes, data: null };
  const foot = bytes.length - FOOT_BYTES;
  const start = foot - bytes.readUInt32LE(foot + 4);
  if (start < 0) return { json: Buffer.alloc(0), data: null };
  const isOurs = bytes.readUInt32LE(foot) === cachedDataVersionTag();
  return { json: bytes.subarray(0, start), data: isOurs ? bytes.subarray(start, foot) : null };
}

/** Only the JSON, however often something was put behind it. */
export function withoutEngineCode(bytes: Buffer): Buffer {
  let { json } = splitArtifact(bytes);
  while (hasEngineCode(json)) ({ json } = splitArtifact(json));
  return json;
}
