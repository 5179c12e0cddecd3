import type { StreamMember } from '@app/contracts';

export interface MemberRow {
  readonly member: StreamMember;
  readonly depth: number;
}

/**
 * Members by cause: below an event stand its runs, below a run the events it sent. A further attempt stands under the
 * event like the first. Members whose cause is not there (another page, another stream) stand on the left.
 */
export function memberRows(members: readonly StreamMember[]): MemberRow[] {
  const known = new Set(members.map(({ id }) => id));
  const below = new Map<string, StreamMember[]>();
  const roots: StreamMember[] = [];
  for (const member of members) {
    const parent = member.parent_id;
    if (parent === null || parent === member.id || !known.has(parent)) roots.push(member);
    else below.set(parent, [...(below.get(parent) ?? []), member]);
  }
  const rows: MemberRow[] = [];
  const seen = new Set<string>();
  const visit = (member: StreamMember, depth: number): void => {
    if (seen.has(member.id)) return;
    seen.add(member.id);
    rows.push({ member, depth });
    for (const child of inOrder(below.get(member.id) ?? [])) visit(child, depth + 1);
  };
  for (const root of inOrder(roots)) visit(root, 0);
  for (const member of inOrder(members)) visit(member, 0);
  return rows;
}

function inOrder(members: readonly StreamMember[]): StreamMember[] {
  return [...members].sort((a, b) => a.at.localeCompare(b.at));
}
