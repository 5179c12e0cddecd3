/** A shorter text of which the same does not hold. */
import type { Findings } from './properties';

/** What two findings of the same mistake share. */
export const kindOf = (finding: string): string => finding.replaceAll(/::[\w:/-]+|\d+/g, '·');

export async function minimise(
  text: string,
  finding: string,
  find: (text: string) => Promise<Findings>,
): Promise<string> {
  const kind = kindOf(finding);
  const holds = async (shorter: string): Promise<boolean> =>
    (await find(shorter)).some((each) => kindOf(each) === kind);
  let best = text;
  for (const apart of [/(?<=\n)/, /(?<=[\s(){}[\],])/, /(?:)/u]) {
    let parts = best.split(apart);
    for (let size = Math.ceil(parts.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let at = 0; at < parts.length;) {
        const shorter = [...parts.slice(0, at), ...parts.slice(at + size)];
        if (await holds(shorter.join(''))) parts = shorter;
        else at += size;
      }
    }
    best = parts.join('');
  }
  return best;
}
