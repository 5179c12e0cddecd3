import type { StreamMember, StreamRow } from '@app/contracts';
import { sourceName } from './event-record';
import { statusName, typeName } from './run-filter';
import type { StreamMemberRecord } from './stream-members.queries';
import type { StreamRecord } from './stream.queries';

export const toStreamRow = (stream: StreamRecord): StreamRow => ({
  stream_id: stream.stream_id,
  state: stream.state,
  root_label: stream.root_label,
  runs: stream.runs,
  events: stream.events,
  failed_runs: stream.failed_runs,
  started_at: stream.started_at.toISOString(),
  last_activity_at: stream.last_activity_at.toISOString(),
  duration_us: Math.max(0, stream.last_activity_at.getTime() - stream.started_at.getTime()) * 1000,
});

export function toStreamMember(member: StreamMemberRecord): StreamMember {
  const { id, parent_id } = member;
  const at = member.at.toISOString();
  if (member.kind === 'event') {
    return {
      kind: 'event',
      id,
      parent_id,
      label: member.label ?? '',
      state: member.state ?? 'handled',
      source: sourceName(member.source ?? 0),
      at,
    };
  }
  return {
    kind: 'run',
    id,
    parent_id,
    label: member.label,
    type: typeName(member.run_type ?? 0),
    status: statusName(member.status ?? 0),
    project: member.project,
    attempt: (member.attempt ?? 0) + 1,
    retry_of_run_id: member.retry_of_run_id,
    at,
    stopped_at: member.stopped_at?.toISOString() ?? null,
    duration_us: member.duration_us,
  };
}
