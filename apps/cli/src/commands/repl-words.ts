/** What a prompt takes besides code: words with one colon in front, which no code begins with. */
import { NATIVE_SIGNATURES, nearest } from '@app/lang';

export type ReplWord = { readonly kind: 'quit' } | { readonly kind: 'say'; readonly text: string };

const HELP = `Code is evaluated when it is whole; an empty line ends it in any case. Names stay for what follows,
and a line like ::shop ns changes the namespace.

  :help NAME   what a function of the library takes and does
  :quit        end, like Ctrl-D

Tab completes names, the arrow keys bring back what was typed. Ctrl-C clears the line or stops the program.`;

const WORDS = ['help', 'quit', 'exit', 'q'];

/** Null for what is code. */
export function replWord(line: string): ReplWord | null {
  const [, word, rest = ''] = /^\s*:([a-z]*)(?:\s+(\S.*?))?\s*$/i.exec(line) ?? [];
  if (word === undefined) return null;
  if (word === 'quit' || word === 'exit' || word === 'q') return { kind: 'quit' };
  if (word === 'help') return { kind: 'say', text: rest === '' ? HELP : helpOn(rest) };
  const near = nearest(word, WORDS);
  return {
    kind: 'say',
    text: `There is no :${word}${near === null ? '' : `, did you mean :${near}?`}\n:help tells more`,
  };
}

/** By full or short name; a short one may be that of several functions. */
function helpOn(name: string): string {
  const shortOf = (full: string): string => full.slice(full.indexOf('/') + 1);
  const shown = NATIVE_SIGNATURES.filter((one) => !one.name.startsWith('::hot::internal'));
  const found = shown.filter((one) => one.name === name || shortOf(one.name) === name);
  if (found.length === 0) {
    const near = nearest(
      name,
      name.includes('/') ? shown.map((one) => one.name) : shown.map((one) => shortOf(one.name)),
    );
    return `The library has no ${name}${near === null ? '' : `, did you mean ${near}?`}`;
  }
  return found
    .map(({ name: full, overloads, doc }) => {
      const forms = overloads.map(({ params, returns }) => {
        const list = params.map(
          (p) =>
            `${p.lazy ? 'lazy ' : ''}${p.variadic ? '...' : ''}${p.name}${p.type === '' ? '' : `: ${p.type}`}`,
        );
        return `${full}(${list.join(', ')})${returns === '' ? '' : `: ${returns}`}`;
      });
      return `${forms.join('\n')}\n  ${doc}`;
    })
    .join('\n\n');
}
