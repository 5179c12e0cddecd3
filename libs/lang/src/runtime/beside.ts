/**
 * Runs of functions beside the run of a script: tasks that it started. The script's values are there as far as they are
 * computed by then, and nothing of the script is evaluated again: it would start its tasks once more.
 */
import type { Continued, Run } from './run';

export function besideScript(script: Run): Continued {
  const { program } = script;
  const fileOf = (step: number): string | undefined => program.site(program.init[step]?.site ?? 0)?.file;
  const file = fileOf(program.tables.result);
  const isScript = (step: number): boolean => fileOf(step) === file;
  return {
    fill: (run) => {
      program.init.forEach(({ cell }, step) => {
        const value = script.cells[cell];
        if (isScript(step) && value !== undefined) run.cells[cell] = value;
      });
    },
    skips: isScript,
  };
}
