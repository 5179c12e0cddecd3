/** What is wrong, as a sentence. */
export interface ScheduleProblem {
  readonly problem: string;
}
