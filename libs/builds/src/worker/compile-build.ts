/** Sources of a bundle → compiled build. Pure and synchronous: it runs on a thread of its own, or in tests on theirs. */
import type { SourceText } from '@app/bundle';
import {
  ARTIFACT_FORMAT,
  compareWithManifest,
  compileProject,
  extractDefinitions,
  type Artifact,
  type Diagnostic,
  type Json,
  type Program,
} from '@app/lang';
import { withEngineCode } from '@app/platform/engine-code';
import { languageFingerprint } from './language-fingerprint';
import { buildDefinitions } from './build-definitions';
import { buildDocs } from './build-docs';
import { CompileError, type CompiledProgram } from '@app/builds';

/** From here on, making the engine's code (0.1 s, once) saves more than 5 ms at the first load in each child. */
const LARGE_CODE = 512 * 1024;
const DEPENDENCIES = 'hot/pkg/';

/** Throws CompileError that names the first error and how many there are. */
export function compileBuild(sources: readonly SourceText[], manifest: unknown): CompiledProgram {
  const { program, artifact } = compileProject(
    sources.map(({ path, text }) => ({
      name: path,
      text,
      origin: path.startsWith(DEPENDENCIES) ? 'dependency' : 'project',
    })),
  );
  refuseErrors(program, program.diagnostics);
  const { definitions, diagnostics } = extractDefinitions(program);
  refuseErrors(program, diagnostics);
  if (artifact === null) throw new CompileError('The sources do not compile');
  return {
    artifactHash: artifact.hash,
    artifact: bytesOf(artifact),
    docs: buildDocs(program, definitions),
    definitions: buildDefinitions(definitions, functionNames(program)),
    // The manifest was read as data by the language's own parser.
    warnings: compareWithManifest(definitions, manifest as Json),
  };
}

function bytesOf(artifact: Artifact): Buffer {
  const json = Buffer.from(JSON.stringify({ ...artifact, compiler: languageFingerprint() }), 'utf8');
  return artifact.js.length < LARGE_CODE ? json : withEngineCode(json, artifact.js);
}

/** Whether an artifact's bytes were made by this compiler. Only their head is read: they can be large. */
export function isOfThisCompiler(artifact: Buffer): boolean {
  const head = artifact.subarray(0, 256).toString('utf8');
  const [, format, compiler] = /^\{"format":(\d+),"compiler":"([^"]*)"/.exec(head) ?? [];
  return Number(format) === ARTIFACT_FORMAT && compiler === languageFingerprint();
}

function refuseErrors(program: Program, diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter((one) => one.severity === 'error');
  const [first] = errors;
  if (first === undefined) return;
  const more = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`;
  throw new CompileError(`${placeOf(program, first)}${first.message}${more}`);
}

function placeOf(program: Program, { file, start }: Diagnostic): string {
  const source = program.files[file];
  if (source === undefined) return '';
  const { line, column } = source.placeAt(start);
  return `${source.name}:${line}:${column}: `;
}

/** Everything that can be called by name from outside: not the library, which is no build's own. */
function functionNames(program: Program): readonly string[] {
  return program.namespaces.flatMap((namespace) =>
    [...namespace.members.values()]
      .filter((member) => member.target.kind === 'function' && program.origins[member.file] !== 'std')
      .map((member) => member.fullName),
  );
}
