/**
 * A conversation with a program that grows: each entry of a prompt is compiled together with all earlier ones, and only
 * the newest is evaluated. Values of earlier entries live on as they are, so nothing is sent or printed twice and a new
 * definition does not change what was computed with the old one.
 */
import type { Artifact, RunControl, RunHost, RunOutcome, RunRequest } from '../embed';
import type { Tables } from '../compile/tables';
import { LIBRARY } from '../std/library';
import type { Evaluate } from './load';
import { operations } from './operations';
import { ProgramRt, type GeneratedCode } from './program-rt';
import { runOf } from './run-once';
import { Run, type Continued } from './run';
import type { TypeInfo, Value } from './values';

export class Session {
  private types: ReadonlyMap<string, TypeInfo> = new Map();
  private readonly values = new Map<string, Value>();
  private readonly evaluated = new Set<string>();
  private ctx = new Map<string, Value>();
  private readonly secretKeys = new Set<string>();
  private newest: Run | null = null;

  constructor(private readonly evaluate: Evaluate) {}

  /**
   * @param artifact all entries so far, each a source of its own name
   * @returns of the newest entry; one that failed leaves what it had done by then
   */
  async run(
    artifact: Artifact,
    request: RunRequest,
    host: RunHost,
    control: RunControl,
  ): Promise<RunOutcome> {
    const tables = JSON.parse(artifact.tables) as Tables;
    const program = new ProgramRt(tables, LIBRARY, this.types);
    program.link(this.evaluate(artifact.js)(operations(program)) as GeneratedCode);
    this.types = program.typesByName;
    const run = new Run(program, host, control, request.limits, host.epochMs(), request.trace);
    run.ctx = this.ctx;
    for (const key of this.secretKeys) run.secretKeys.add(key);
    run.continued = this.continued(program, tables);
    this.newest = run;
    const outcome = await runOf(run, { done: false }, request);
    for (const key of run.secretKeys) this.secretKeys.add(key);
    this.keep(program, run);
    for (const file of tables.files) this.evaluated.add(file);
    return outcome;
  }

  /** A function of the entries so far, beside the entry under way: with what is computed by then. Evaluates no entry. */
  async beside(request: RunRequest, host: RunHost, control: RunControl): Promise<RunOutcome> {
    const entry = this.newest;
    if (entry === null) throw new Error('Nothing has been evaluated yet');
    const run = new Run(entry.program, host, control, request.limits, host.epochMs(), request.trace);
    const fill = (): void => {
      entry.cells.forEach((value, cell) => {
        run.cells[cell] = value;
      });
    };
    run.continued = { fill, skips: () => true };
    return runOf(run, { done: true }, request);
  }

  private continued(program: ProgramRt, tables: Tables): Continued {
    const fileOf = (step: number): string => program.site(program.init[step]?.site ?? 0)?.file ?? '';
    return {
      fill: (run) => {
        tables.cells.forEach((name, cell) => {
          const value = this.values.get(name);
          if (value === undefined) return;
          run.cells[cell] = value;
          program.shared[cell] = value;
        });
      },
      skips: (step) => this.evaluated.has(fileOf(step)),
    };
  }

  /** What the newest entry computed; where it was stopped, the rest stays as it was. */
  private keep(program: ProgramRt, run: Run): void {
    program.init.forEach((step, index) => {
      if (run.continued?.skips(index) === true) return;
      const value = (step.pure ? program.shared : run.cells)[step.cell];
      const name = program.tables.cells[step.cell];
      if (value !== undefined && name !== undefined) this.values.set(name, value);
    });
  }
}
