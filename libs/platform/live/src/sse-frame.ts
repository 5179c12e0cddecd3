/**
 * Framing of server-sent events. Some clients split on the literal text `data: ` and parse that line alone, so a frame
 * is exactly `event: <name>`, `data: <json>`, an empty line, and the JSON is on one line.
 */
const LINE_BREAKS = /[\r\n]+/g;

/** @param json JSON text; user documents in it may be pretty-printed */
export function sseFrame(name: string, json: string): string {
  // Line breaks inside JSON strings are escaped, so raw ones stand between tokens, where a space does as well.
  const line = json.includes('\n') || json.includes('\r') ? json.replace(LINE_BREAKS, ' ') : json;
  return `event: ${name}\ndata: ${line}\n\n`;
}

export const KEEP_ALIVE_FRAME = ': keepalive\n\n';
