import { metaGet } from '../analyse/metadata';
import type { FunctionDef, Member } from '../analyse/program';
import type { CallGraph } from './call-graph';
import type { Candidate } from './entry-points';
import { jsonObject } from './json';
import type { Json, JsonObject } from './json';
import type { SendTarget } from './model';
import { complain } from './reader';
import type { Extractor } from './reader';

/**
 * Events that an entry point may send: those in its own body, those in helpers it calls (not in other entry
 * points), and those its metadata declares, which win and may carry a text.
 */
export function sendTargets(
  x: Extractor,
  graph: CallGraph,
  candidate: Candidate,
  entries: ReadonlySet<FunctionDef>,
): readonly SendTarget[] {
  const targets = new Map<string, SendTarget>();
  if (candidate.fn) follow(x, graph, candidate.fn, entries, targets);
  for (const declared of declaredSends(x, candidate.member)) targets.set(declared.event, declared);
  return [...targets.values()].sort((a, b) => (a.event < b.event ? -1 : a.event > b.event ? 1 : 0));
}

/** Breadth first, so that the nearest helper is the one named. */
function follow(
  x: Extractor,
  graph: CallGraph,
  start: FunctionDef,
  entries: ReadonlySet<FunctionDef>,
  targets: Map<string, SendTarget>,
): void {
  const seen = new Set([start]);
  const queue = [start];
  for (let at = 0; at < queue.length; at++) {
    const fn = queue[at];
    if (!fn) continue;
    const { sends, functions } = graph.of(fn);
    for (const event of sends) {
      if (!targets.has(event))
        targets.set(event, { event, doc: null, via: fn === start ? null : fn.fullName });
    }
    for (const next of functions) {
      const own = x.program.origins[next.file] !== 'std';
      if (!own || seen.has(next) || entries.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
}

function declaredSends(x: Extractor, member: Member): readonly SendTarget[] {
  const value = metaGet(member.meta, 'sends');
  if (value === null) return [];
  const items = value.type === 'vec' ? value.items : [value];
  return items.flatMap((item): readonly SendTarget[] => {
    if (item.type === 'str') return [{ event: item.value, doc: null, via: null }];
    const event = item.type === 'map' ? metaGet(item, 'event') : null;
    const doc = item.type === 'map' ? metaGet(item, 'doc') : null;
    if (event?.type === 'str')
      return [{ event: event.value, doc: doc?.type === 'str' ? doc.value : null, via: null }];
    complain(x, member, `'${member.fullName}': sends must be a Vec of Str or {event, doc}`);
    return [];
  });
}

/** The metadata with `sends` as found and declared, for storing with the definition. */
export function withSends(meta: JsonObject, targets: readonly SendTarget[]): JsonObject {
  if (targets.length === 0) return meta;
  const sends = targets.map(({ event, doc, via }): Json => {
    if (doc === null && via === null) return event;
    return { event, ...(doc === null ? {} : { doc }), ...(via === null ? {} : { via }) };
  });
  return jsonObject([...Object.entries(meta).filter(([key]) => key !== 'sends'), ['sends', sends]]);
}
