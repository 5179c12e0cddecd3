/** Trimming in linear time: `/[ ]+$/` costs the square of a run of blanks that does not end the text. */

export function trimEndOf(text: string, blanks: string): string {
  let end = text.length;
  while (end > 0 && blanks.includes(text[end - 1] ?? '')) end--;
  return text.slice(0, end);
}

export function trimOf(text: string, blanks: string): string {
  let start = 0;
  while (start < text.length && blanks.includes(text[start] ?? '')) start++;
  return trimEndOf(text.slice(start), blanks);
}
