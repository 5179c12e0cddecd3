// Colours and cursor movements of terminals: ESC, `[`, parameters, a letter; and titles: ESC, `]`, text, BEL.
const SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007]*\u0007)/g;

/** What a terminal would show of a text, without its colours. */
export function plainText(text: string): string {
  return text.includes('\u001b') ? text.replace(SEQUENCES, '') : text;
}
