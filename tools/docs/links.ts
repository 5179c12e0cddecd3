/** Links in Markdown files, and names said to be in the files they lead to. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** `[text](target) → `name`: the second part is optional, and may follow on the next line. */
const LINK = /\[[^\]]*\]\(([^)\s]+)\)(?:\s+→\s+`([\w$.-]+)`)?/g;

/** Without blocks of code: what looks like a link in there is text. */
const prose = (markdown: string): string => markdown.replace(/^```[\s\S]*?^```/gm, '');

/** Anchors as the usual renderers make them from headings. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const headings = [...markdown.matchAll(/^#+ (.+)$/gm)].map((match) => match[1] ?? '');
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/**
 * One sentence per broken relative link: a file that is not there, a heading that is not there, a name that the file
 * does not contain. `A.b` asks for both words.
 */
export function brokenLinks(file: string): readonly string[] {
  const problems: string[] = [];
  for (const [, link = '', name] of prose(readFileSync(file, 'utf8')).matchAll(LINK)) {
    if (/^[a-z]+:/.test(link)) continue;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? file : resolve(dirname(file), path);
    if (!existsSync(target)) {
      problems.push(`${link} leads nowhere`);
      continue;
    }
    if (anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).has(anchor)) {
      problems.push(`${link}: there is no such heading`);
    }
    if (name === undefined) continue;
    const words = new Set(readFileSync(target, 'utf8').match(/[\w$-]+/g));
    for (const part of name.split('.')) {
      if (!words.has(part)) problems.push(`${link} does not contain ${part}`);
    }
  }
  return problems;
}
