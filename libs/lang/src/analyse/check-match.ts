import type { DiagnosticSink } from '../diagnostics/sink';
import type { Span } from '../source/span';
import type { CoreAtom, MatchNode } from './core';
import type { EnumDef, TypeRef } from './program';

/**
 * A closed enum needs an arm for every variant or a default; an open one a default. Nothing is known of a subject
 * without a static type. A match that collects every matching arm may leave some out on purpose.
 */
export function checkMatch(
  sink: DiagnosticSink,
  file: number,
  node: MatchNode,
  subject: TypeRef | null,
): void {
  if (!subject || node.all || node.arms.some((arm) => isDefault(arm.pattern))) return;
  const owner = enumOf(subject);
  if (!owner) return;
  const atoms = node.arms.flatMap((arm) => arm.pattern ?? []);
  if (atoms.some((atom) => coversAll(atom, owner))) {
    if (owner.open) openDefault(sink, file, node, owner);
    return;
  }
  if (owner.open) {
    openDefault(sink, file, node, owner);
    return;
  }
  const needed =
    subject.kind === 'variant' ? [subject.variant] : owner.variants.map((variant) => variant.name);
  const covered = new Set(
    atoms.flatMap((atom) => (atom.kind === 'variant' && atom.enum === owner ? [atom.variant] : [])),
  );
  const missing = needed.filter((name) => !covered.has(name)).sort();
  if (missing.length === 0) return;
  const list = missing.map((name) => `\`${owner.name}.${name}\``).join(', ');
  sink.error(
    'non-exhaustive-match',
    `non-exhaustive \`match\` on \`${owner.name}\`: missing ${list}`,
    file,
    head(node),
  );
}

function openDefault(sink: DiagnosticSink, file: number, node: MatchNode, owner: EnumDef): void {
  const message = `\`match\` on open enum \`${owner.name}\` requires a \`_\` default arm`;
  sink.error('open-enum-match-missing-default', message, file, head(node));
}

/** The subject, not the whole flow: carets under twenty lines show nothing. */
function head(node: MatchNode): Span {
  return node.subject;
}

function enumOf(type: TypeRef): EnumDef | null {
  if (type.kind === 'variant') return type.enum;
  if (type.kind === 'generic') return enumOf(type.base);
  return type.kind === 'named' && type.type.kind === 'enum' ? type.type : null;
}

function isDefault(pattern: readonly CoreAtom[] | null): boolean {
  return pattern === null || pattern.some((atom) => atom.kind === 'any');
}

function coversAll(atom: CoreAtom, owner: EnumDef): boolean {
  return atom.kind === 'type' && atom.type.kind === 'named' && atom.type.type === owner;
}
