import type { AgentRow, AgentRuns, TriggerKindName } from '@app/contracts';
import { formatCount, formatPercent, plural } from '@app/admin-ui/format';

const TRIGGERS: Readonly<Record<TriggerKindName, string>> = {
  event: 'event',
  schedule: 'schedule',
  webhook: 'webhook',
  mcp: 'MCP tool',
};

export const triggerName = (kind: TriggerKindName): string => TRIGGERS[kind];

/** "4 events, 1 schedule" */
export const triggerWords = ({ triggers }: AgentRow): string =>
  triggers.map(({ kind, count }) => plural(count, TRIGGERS[kind])).join(', ');

/** "99.2 % of 128 runs"; '' when nothing finished. */
export function rateWords({ succeeded, failed }: AgentRuns): string {
  const all = succeeded + failed;
  return all === 0
    ? ''
    : `${formatPercent(succeeded / all)} of ${formatCount(all)} ${all === 1 ? 'run' : 'runs'}`;
}

export const healthHint = ({ sampled }: AgentRuns): string =>
  sampled
    ? 'Succeeded among the finished runs: those within the newest 20,000 of the environment'
    : 'Succeeded among the finished runs of the last 24 hours';
