/** Functions that run when an app is loaded: `meta {on-initialize: true}`. */
import type { Candidate } from './entry-points';
import { parameterCounts } from './entry-points';
import type { Initializer } from './model';
import { complain } from './reader';
import type { Extractor } from './reader';

export function initializer(x: Extractor, candidate: Candidate): Initializer | null {
  const { reader, member, entry } = candidate;
  if (!reader.bool('on-initialize', false)) return null;
  const counts = parameterCounts(candidate);
  const takesNothing = counts.includes(0);
  if (takesNothing || counts.includes(1)) return { ...entry, takesLoad: !takesNothing };
  complain(
    x,
    member,
    `'${member.fullName}' is called when the app is loaded: it takes nothing, or a map of project and build-id`,
  );
  return null;
}

/** Of an app, which is the project or one of its agents, only one: they would have no order. */
export function refuseSecondInitializers(
  x: Extractor,
  candidates: readonly Candidate[],
  initializers: readonly Initializer[],
): void {
  const first = new Map<string | null, Initializer>();
  for (const one of initializers) {
    const other = first.get(one.agent);
    const owner = candidates.find((candidate) => candidate.entry.fn === one.fn)?.member;
    const app = one.agent === null ? 'the project' : `agent ${one.agent}`;
    if (other && owner)
      complain(x, owner, `on-initialize of ${app} is declared by both '${other.fn}' and '${one.fn}'`);
    else first.set(one.agent, one);
  }
}
