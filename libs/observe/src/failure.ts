import type { RunFailure, SourceRef } from '@app/contracts';

const PREVIEW = 120;
const KINDS: readonly RunFailure['kind'][] = [
  'failure',
  'unhandled-error',
  'timeout',
  'worker-lost',
  'resource-limit',
  'unrecordable',
];
/** Of a message that is kept apart, its beginning. */
const MESSAGE =
  /"msg"\s*:\s*(?:\{"\$type":"::hot::blob\/BlobRef","\$val":\{[^{}]*?"preview":)?("(?:[^"\\]|\\.)*)/;

/** First line of what went wrong, from the beginning of a failure's JSON text, which may be cut anywhere. */
export function failurePreview(head: string | null): string | null {
  if (head === null) return null;
  const message = messageOf(head);
  if (message === null) return null;
  const line = message.split('\n', 1)[0] ?? '';
  return line.length > PREVIEW ? `${line.slice(0, PREVIEW - 1)}…` : line;
}

/** A failure as its page shows it. Reads what runtimes write, and shows less where something else stands there. */
export function toFailure(text: string | null, kind: string | null): RunFailure | null {
  if (text === null && kind === null) return null;
  const value = text === null ? undefined : innerOf(text);
  return {
    kind: KINDS.find((known) => known === kind) ?? 'failure',
    message: textMember(value, 'msg') ?? messageOf(text ?? '') ?? 'Failed without a message',
    at: toSource(member(value, 'at')),
    stack: toStack(member(value, 'stack')),
  };
}

function messageOf(text: string): string | null {
  const whole = textMember(innerOf(text), 'msg');
  if (whole !== null) return whole;
  const found = MESSAGE.exec(text)?.[1];
  if (found === undefined) return null;
  return parse(`${found.replace(/\\(u[0-9a-fA-F]{0,3})?$/, '')}"`) as string | null;
}

const innerOf = (text: string): unknown => {
  const value = parse(text);
  return member(value, '$val') ?? value;
};

function toStack(value: unknown): RunFailure['stack'] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, 200).map((frame: unknown) => ({
    function: textMember(frame, 'function') ?? textMember(frame, 'fn') ?? textMember(frame, 'name') ?? '',
    at: toSource(member(frame, 'at') ?? frame),
  }));
}

function toSource(value: unknown): SourceRef | null {
  const file = textMember(value, 'file');
  const line = member(value, 'line');
  const column = member(value, 'column');
  if (file === null || typeof line !== 'number') return null;
  return { file, line, column: typeof column === 'number' ? column : null };
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const found = (value as Readonly<Record<string, unknown>>)[name];
  return found === null ? undefined : found;
}

function textMember(value: unknown, name: string): string | null {
  const found = member(value, name);
  return typeof found === 'string' ? found : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null; // cut off, or written by nobody we know
  }
}
