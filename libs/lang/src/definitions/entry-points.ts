/** Functions that carry a trigger, and what all kinds of triggers have in common. */
import type { FunctionDef, Member, MetaValue, NamespaceDef, Program, TypeDef } from '../analyse/program';
import type { NativeSignature } from '../syntax/native-signature';
import { metaObject } from './json';
import type { EntryPoint } from './model';
import { complain, locate, MetaReader } from './reader';
import type { Extractor } from './reader';

export interface Candidate {
  readonly member: Member;
  readonly reader: MetaReader;
  readonly fn: FunctionDef | null;
  readonly native: NativeSignature | null;
  readonly entry: EntryPoint;
}

export const TRIGGERS = ['on-event', 'schedule', 'webhook', 'mcp', 'on-initialize'] as const;
export type Trigger = (typeof TRIGGERS)[number];

/**
 * The library's own handlers are built into the platform, and tests start nothing. An import is an entry point of
 * its own only with metadata of its own: otherwise every import of a handler would run it once more.
 */
export function findCandidates(x: Extractor): readonly Candidate[] {
  const candidates: Candidate[] = [];
  for (const ns of x.program.namespaces) {
    for (const member of ns.members.values()) {
      const origin = x.program.origins[member.file];
      if (origin === 'std' || origin === 'test') continue;
      const reader = new MetaReader(x, member, member.meta, '');
      const triggers = TRIGGERS.filter((key) => reader.has(key));
      if (triggers.length === 0 || isPlainImport(x.program, member)) continue;
      if (member.target.kind !== 'function' && member.target.kind !== 'native') {
        complain(x, member, `'${member.fullName}' carries ${triggers.join(', ')} but is no function`);
        continue;
      }
      candidates.push({
        member,
        reader,
        fn: member.target.kind === 'function' ? member.target.fn : null,
        native: member.target.kind === 'native' ? member.target.native : null,
        entry: entryPoint(x, member, reader),
      });
    }
  }
  return dropRepeated(candidates);
}

function isPlainImport(program: Program, member: Member): boolean {
  if (member.aliasOf === null) return false;
  const target = memberByName(program, member.aliasOf);
  return (
    target !== null &&
    target.meta !== null &&
    JSON.stringify(metaObject(target.meta)) === JSON.stringify(metaObject(member.meta))
  );
}

/** The same function under the same short name with the same triggers: the import, which is the later word, stays. */
function dropRepeated(candidates: readonly Candidate[]): readonly Candidate[] {
  const kept = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const { member, fn, native, entry } = candidate;
    const triggers = TRIGGERS.map((key) => entry.meta[key] ?? null);
    const key = JSON.stringify([fn?.id ?? native?.name ?? '', member.name, triggers]);
    const other = kept.get(key);
    if (!other || other.member.aliasOf === null) kept.set(key, candidate);
  }
  const stay = new Set(kept.values());
  return candidates.filter((candidate) => stay.has(candidate));
}

function entryPoint(x: Extractor, member: Member, reader: MetaReader): EntryPoint {
  return {
    fn: member.fullName,
    ns: member.ns.name,
    name: member.name,
    meta: metaObject(member.meta),
    doc: textOf(reader.get('doc')),
    agent: typeReference(x, member, reader.get('agent'), 'agent'),
    workflows: workflowsOf(x, member, reader),
    ...locate(x.program, member),
  };
}

function textOf(value: MetaValue | null): string | null {
  return value?.type === 'str' ? value.value.trim() : null;
}

function workflowsOf(x: Extractor, member: Member, reader: MetaReader): readonly string[] {
  const one = reader.get('workflow');
  const many = reader.get('workflows');
  const values = [...(one ? [one] : []), ...(many?.type === 'vec' ? many.items : many ? [many] : [])];
  const names = values.flatMap((value) => typeReference(x, member, value, 'workflow') ?? []);
  return [...new Set(names)];
}

/** A type or its name; one that leads nowhere leaves the function unassigned, with a warning. */
function typeReference(
  x: Extractor,
  member: Member,
  value: MetaValue | null,
  key: 'agent' | 'workflow',
): string | null {
  if (value === null) return null;
  const text =
    value.type === 'ref' ? (value.fullName ?? value.text) : value.type === 'str' ? value.value : null;
  const type = text === null ? null : findType(x.program, member.ns, text);
  if (type) return type.fullName;
  const shown = text ?? 'what it names';
  const message = `'${member.fullName}': ${key} ${shown} is not a type that is known here; the function stays unassigned`;
  x.sink.warn('invalid-agent-reference', message, member.file, member.at);
  return null;
}

function findType(program: Program, ns: NamespaceDef, text: string): TypeDef | null {
  const slash = text.indexOf('/');
  const member =
    slash < 0
      ? (ns.members.get(text) ?? null)
      : memberByName(
          program,
          `${ns.aliases.get(text.slice(0, slash)) ?? text.slice(0, slash)}${text.slice(slash)}`,
        );
  if (member?.target.kind === 'type' && member.target.type.kind === 'named') return member.target.type.type;
  return null;
}

export function memberByName(program: Program, fullName: string): Member | null {
  const slash = fullName.indexOf('/');
  const space = fullName.slice(0, slash);
  const ns = program.namespaces.find((one) => one.name === space);
  return ns?.members.get(fullName.slice(slash + 1)) ?? null;
}

/** Whether the function can be called with one argument. */
export function takesArgument(candidate: Candidate): boolean {
  return parameterCounts(candidate).some((count) => count > 0);
}

/** How many parameters each overload has. */
export function parameterCounts({ fn, native }: Candidate): readonly number[] {
  return (fn ?? native)?.overloads.map((overload) => overload.params.length) ?? [];
}
