/** What a run printed, out of its trace: see `worker/run-log.ts` for how it gets there. */
import type { LogLine, LogStream } from '@app/contracts';
import type { TracePart } from '@app/lang';

/** How the worker writes what was printed: `["l", epochMs, 1 | 2, text]`, and `["x", texts, bytes]` at the end. */
const PRINT = /^\["l",(\d+),([12]),(".*")\]$/;
const LEFT_OUT = /^\["x",(\d+),(\d+)\]$/;

export interface Printed {
  readonly lines: readonly LogLine[];
  readonly dropped: number;
  readonly droppedBytes: number;
}

/** Prints of one stream flow together until a line feed; a line has the time of its beginning. */
export function decodeLogs(parts: readonly TracePart[]): Printed {
  const lines: LogLine[] = [];
  const open: Partial<Record<LogStream, { readonly at: string; text: string }>> = {};
  let [dropped, droppedBytes] = [0, 0];
  for (const record of parts.flatMap((part) => (typeof part === 'string' ? part.split('\n') : []))) {
    const print = PRINT.exec(record);
    if (print !== null) {
      const [, ms, id, json = '""'] = print;
      const at = new Date(Number(ms)).toISOString();
      const stream = id === '2' ? 'stderr' : 'stdout';
      const parts = textOf(json).split('\n');
      parts.forEach((text, index) => {
        const line = open[stream] ?? { at, text: '' };
        line.text += text;
        const ended = index < parts.length - 1;
        if (ended) lines.push({ at: line.at, stream, text: withoutReturn(line.text) });
        if (ended || line.text === '') delete open[stream];
        else open[stream] = line;
      });
      continue;
    }
    const [, texts, bytes] = LEFT_OUT.exec(record) ?? [];
    dropped += Number(texts ?? 0);
    droppedBytes += Number(bytes ?? 0);
  }
  for (const stream of ['stdout', 'stderr'] as const) {
    const line = open[stream];
    if (line !== undefined) lines.push({ at: line.at, stream, text: line.text });
  }
  return { lines, dropped, droppedBytes };
}

function textOf(json: string): string {
  try {
    return String(JSON.parse(json));
  } catch {
    // Half a record at the end of a killed run.
    return '';
  }
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}
