/**
 * The language's own compiler, on a thread: a large or hostile program may keep it busy for long, and the process that
 * loads builds renews the lease of everything that runs meanwhile.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Injectable } from '@nestjs/common';
import type { SourceText } from '@app/bundle';
import { parseManifest } from '@app/lang';
import { compileBuild, isOfThisCompiler } from './compile-build';
import type { CompileAnswer, CompileRequest } from './compile.thread';
import { languageFingerprint } from './language-fingerprint';
import { CompileError, ProgramCompiler, type CompiledProgram } from '@app/builds';

const MAX_COMPILE_MS = 60_000;
const MAX_HEAP_MB = 1_024;
// A thread runs a file as it is: there is one only where the sources have been compiled to JavaScript.
const THREAD_FILE = join(__dirname, 'compile.thread.js');

@Injectable()
export class HotCompiler extends ProgramCompiler {
  override get id(): string {
    return languageFingerprint();
  }

  override parseManifest(text: string): unknown {
    return parseManifest(text).value;
  }

  override accepts(artifact: Buffer): boolean {
    return isOfThisCompiler(artifact);
  }

  override async compile(sources: readonly SourceText[], manifest: unknown): Promise<CompiledProgram> {
    if (!existsSync(THREAD_FILE)) return compileBuild(sources, manifest);
    const answer = await onThread({ sources, manifest });
    if (!answer.ok) throw new CompileError(answer.message);
    // Bytes cross threads as plain arrays.
    return { ...answer.compiled, artifact: Buffer.from(answer.compiled.artifact) };
  }
}

/** Throws CompileError when the program is too much for the compiler. */
async function onThread(workerData: CompileRequest): Promise<CompileAnswer> {
  const thread = new Worker(THREAD_FILE, {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<CompileAnswer>((resolve, reject) => {
      const tooLong = `Compiling took longer than ${MAX_COMPILE_MS / 1_000} seconds`;
      timer = setTimeout(() => reject(new CompileError(tooLong)), MAX_COMPILE_MS);
      thread.once('message', resolve);
      thread.once('error', (error: NodeJS.ErrnoException) => {
        const outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
        reject(outOfMemory ? new CompileError(`Compiling needs more than ${MAX_HEAP_MB} MiB`) : error);
      });
      thread.once('exit', (code) => reject(new Error(`The compiler's thread ended with code ${code}`)));
    });
  } finally {
    clearTimeout(timer);
    await thread.terminate();
  }
}
