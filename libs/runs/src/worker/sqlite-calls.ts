/**
 * `sqlite.*` for running programs: databases are files of their environment. SQL can't be interrupted, and this process
 * renews the leases of all its runs, so it is run in a process that belongs to one run and ends with it.
 */
import { ProgramSqlite, SQLITE_CALLS, SqliteChildren } from '@app/platform/sqlite';
import { Inject, Injectable, Optional, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { RunFiles } from '../files.port';
import { HostFunctions, type RunFacts } from './extension-points';

/** Of one run, at the same time. */
const MAX_OPEN = 8;

@Injectable()
export class SqliteCalls implements OnModuleInit, OnApplicationShutdown {
  /** By the signal that ends a run: one that begins again has another. */
  private readonly runs = new WeakMap<AbortSignal, ProgramSqlite>();

  constructor(
    private readonly functions: HostFunctions,
    private readonly children: SqliteChildren,
    @Optional() @Inject(RunFiles) private readonly files: RunFiles | null,
  ) {}

  onModuleInit(): void {
    const { files } = this;
    if (files === null) return;
    for (const name of SQLITE_CALLS) {
      this.functions.register(name, (run, argsJson, signal) =>
        this.of(run, signal, files).call(name, argsJson),
      );
    }
  }

  onApplicationShutdown(): void {
    this.children.close();
  }

  private of(run: RunFacts, signal: AbortSignal, files: RunFiles): ProgramSqlite {
    const known = this.runs.get(signal);
    if (known !== undefined) return known;
    const copies = this.children.forRun(run.orgId, signal);
    const program = new ProgramSqlite({
      file: (name, argsJson) => files.call(run, name, argsJson),
      open: (content, readOnly) => copies.open(content, readOnly),
      maxBytes: files.maxReadBytes,
      maxOpen: MAX_OPEN,
    });
    this.runs.set(signal, program);
    return program;
  }
}
