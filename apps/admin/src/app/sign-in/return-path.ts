/** The address to go back to, if it is one of ours. Never another site: links like `//evil.example` begin with a slash too. */
export function returnPath(text: string | undefined): string | null {
  if (text === undefined || !/^\/(?![/\\])/.test(text)) return null;
  return text.startsWith('/login') ? null : text;
}
