/** A thread that compiles one build and ends. What it is given comes from an upload; what it answers is plain data. */
import { parentPort, workerData } from 'node:worker_threads';
import type { SourceText } from '@app/bundle';
import { compileBuild } from './compile-build';
import { CompileError, type CompiledProgram } from '@app/builds';

export interface CompileRequest {
  readonly sources: readonly SourceText[];
  readonly manifest: unknown;
}

export type CompileAnswer =
  | { readonly ok: true; readonly compiled: CompiledProgram }
  | { readonly ok: false; readonly message: string };

function answer({ sources, manifest }: CompileRequest): CompileAnswer {
  try {
    return { ok: true, compiled: compileBuild(sources, manifest) };
  } catch (error) {
    if (error instanceof CompileError) return { ok: false, message: error.message };
    throw error;
  }
}

parentPort?.postMessage(answer(workerData as CompileRequest)); // sent by HotCompiler
