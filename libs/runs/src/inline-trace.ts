/** A small trace as the text that stands in its run's row: lines as they are, with blocks among them in base 64. */
const IN_BASE_64 = '~';
/** No line begins with such a byte, and no text holds one. */
const FIRST_PRINTABLE = 9;

export function inlineTrace(segment: Buffer): string {
  const isText = segment.every((byte) => byte >= FIRST_PRINTABLE);
  return isText ? segment.toString('utf8') : IN_BASE_64 + segment.toString('base64');
}

export function inlineSegment(trace: string): Buffer {
  return trace.startsWith(IN_BASE_64) ? Buffer.from(trace.slice(1), 'base64') : Buffer.from(trace, 'utf8');
}
