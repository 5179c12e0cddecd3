/** Texts as they are searched: without regard to case, in one Unicode form. */

/** Longer ones are cut: nobody finds a page by its hundred-thousandth word. */
const MAX_TEXT_CHARS = 100_000;
const MAX_WORDS = 16;
const MAX_QUERY_CHARS = 1_000;

export function searchable(text: string): string {
  // The database keeps no text with NUL or halves of characters.
  return text.slice(0, MAX_TEXT_CHARS).replaceAll('\0', ' ').toWellFormed().normalize('NFC').toLowerCase();
}

export interface TextQuery {
  /** Pattern of LIKE for the whole query. */
  readonly whole: string;
  /** Of each of its words, the longest first. */
  readonly words: readonly string[];
  /** Whether the first word has the three characters without which trigrams are no help. */
  readonly indexed: boolean;
}

/** Null when there is nothing to look for. */
export function textQuery(query: string): TextQuery | null {
  const whole = searchable(query.slice(0, MAX_QUERY_CHARS)).trim();
  if (whole === '') return null;
  const words = [...new Set(whole.split(/\s+/u))].sort((a, b) => b.length - a.length).slice(0, MAX_WORDS);
  return {
    whole: containing(whole),
    words: words.map(containing),
    indexed: /[\p{L}\p{N}]{3}/u.test(words[0] ?? ''),
  };
}

const containing = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;
