/** A program that tries to reach beyond its runtime: `::t/main` is called. */
export interface EscapeProgram {
  readonly title: string;
  readonly program: string;
  /** JSON text, or values that become it. */
  readonly args?: readonly unknown[] | string;
  /** The result, or a part of the message of the failure that it ends with. */
  readonly expected: unknown;
  readonly fails?: true;
}

export const hot = (parts: TemplateStringsArray, ...values: readonly string[]): string =>
  String.raw(parts, ...values);

/** `{"__proto__": 1}` has such a key in JSON, and none as a value of JavaScript. */
export const argsJson = ({ args }: Pick<EscapeProgram, 'args'>): string =>
  typeof args === 'string' ? args : JSON.stringify(args ?? []);

/** What is wrong with the outcome; empty when nothing is. */
export function wrongWith(
  { expected, fails }: EscapeProgram,
  outcome: { readonly status: string; readonly resultJson?: string },
): string {
  const { status, resultJson = '' } = outcome;
  if (fails) {
    return status === 'failed' && resultJson.includes(String(expected)) && !/Internal error/.test(resultJson)
      ? ''
      : `${status}: ${resultJson}`;
  }
  const wanted = JSON.stringify(expected);
  return status === 'succeeded' && resultJson === wanted
    ? ''
    : `${status}: ${resultJson}\nexpected ${wanted}`;
}
