import { cut, scanJson } from '@app/events';
import { BadRequestError } from '@app/kernel';

/** Members of a body, each as the text that came: what is kept for others must not be parsed and written again. */
export interface JsonBodyMembers {
  /** JSON text; undefined when there is no such member. */
  text(name: string): string | undefined;
  /** Parsed; undefined when there is no such member. */
  value(name: string): unknown;
}

/** Throws BadRequestError unless the text is a JSON object. */
export function readJsonBody(body: string): JsonBodyMembers {
  const scan = scanJson(body);
  if (!scan.ok) {
    throw new BadRequestError(
      scan.problem === 'too deeply nested'
        ? 'The body is nested too deeply'
        : `The body is not valid JSON: ${scan.problem} at position ${scan.at}`,
    );
  }
  if (scan.kind !== 'object') throw new BadRequestError('The body must be a JSON object');
  const text = (name: string): string | undefined => {
    const span = scan.members.get(name);
    return span === undefined ? undefined : cut(body, span);
  };
  return {
    text,
    value: (name) => {
      const json = text(name);
      return json === undefined ? undefined : (JSON.parse(json) as unknown);
    },
  };
}
