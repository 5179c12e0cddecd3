import { ARTIFACT_FORMAT, type Artifact } from '../embed';
import type { Program } from '../analyse/program';
import type { NativeFacts } from '../syntax/native-facts';
import { generate } from './program';
import { sha256Hex } from './sha256';

/** Changes with everything that changes generated code or the library; cached artifacts of others are not used. */
export const COMPILER_VERSION = '2.6.0-1';

/** The compiled program. `program.ok` must hold. */
export function makeArtifact(program: Program, natives: ReadonlyMap<string, NativeFacts>): Artifact {
  const { js, tables } = generate(program, natives);
  const sources = program.files.map((f) => `${f.name.length}:${f.name}${f.text.length}:${f.text}`).join('');
  return {
    format: ARTIFACT_FORMAT,
    compiler: COMPILER_VERSION,
    hash: sha256Hex(`${COMPILER_VERSION}\n${sources}`),
    js,
    tables: JSON.stringify(tables),
  };
}
