export * from './embed';
export * from './definitions';
export { check, compileProject, type Compilation, type CompileOptions } from './compile-project';
export { COMPILER_VERSION } from './compile/artifact';
export {
  DEFAULT_LIMITS,
  loadProgram,
  newSession,
  requestOf,
  runProgram,
  singleControl,
  type SimpleRun,
} from './runtime/in-process';
export { parseSchedule, type Schedule, type ScheduleProblem } from './schedule';
export { isIncomplete } from './is-incomplete';
export { NATIVE_SIGNATURES } from './std/library';
export { typeOfPath } from './std/text/mime';
export { libraryNames } from './std/library-names';
export type { NativeOverload, NativeSignature } from './syntax/native-signature';
export { renderPretty, renderSimple, toJson as diagnosticToJson } from './diagnostics/render';
export { formatResult, VALUE_FORMATS, type ValueFormat } from './format-result';
export { formatSource, type FormattedSource } from './format-source';
export { isTrace, readTrace, traceParts, type TracedCall, type TracePart } from './trace/read-trace';
export type { Diagnostic, Severity } from './diagnostics/diagnostic';
export type { Program, ProgramSource, SourceOrigin } from './analyse/program';
export { nearest } from './analyse/suggest';
