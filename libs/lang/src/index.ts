export * from './embed';
export * from './definitions';
export { check, compileProject, type Compilation, type CompileOptions } from './compile-project';
export { COMPILER_VERSION } from './compile/artifact';
export { DEFAULT_LIMITS, loadProgram, runProgram, singleControl, type SimpleRun } from './runtime/in-process';
export { renderPretty, renderSimple, toJson as diagnosticToJson } from './diagnostics/render';
export { formatResult, VALUE_FORMATS, type ValueFormat } from './format-result';
export type { Diagnostic, Severity } from './diagnostics/diagnostic';
export type { Program, ProgramSource, SourceOrigin } from './analyse/program';
