import { isRunStatusName, isRunTypeName, RUN_STATUSES, RUN_TYPES } from '@app/dispatch';
import { BadRequestError } from '@app/kernel';
import { pagedQuery } from '@app/platform/http';
import type { RunCountFilter } from '@app/stats';
import { z } from 'zod';
import { since } from './since';

const filter = (description: string) => z.string().optional().meta({ description });

export const listRunsQuery = pagedQuery({
  status: filter(`One of ${Object.keys(RUN_STATUSES).join(', ')}; empty for all.`),
  type: filter(`One of ${Object.keys(RUN_TYPES).join(', ')}; empty for all but tasks.`),
  time_range: filter('ISO 8601 duration, such as P7D or PT1H; empty or all for no limit.'),
});

export type ListRunsQuery = z.output<typeof listRunsQuery>;

/** Throws BadRequestError that names the first value that is none. */
export function toRunFilter(query: ListRunsQuery, nowMs: number): RunCountFilter {
  const { status, type, time_range: range } = query;
  if (status && !isRunStatusName(status)) throw unknownValue('status', Object.keys(RUN_STATUSES));
  if (type && !isRunTypeName(type)) throw unknownValue('type', Object.keys(RUN_TYPES));
  return {
    status: status && isRunStatusName(status) ? RUN_STATUSES[status] : null,
    runType: type && isRunTypeName(type) ? RUN_TYPES[type] : null,
    projectId: null,
    fromMs: range && range !== 'all' ? since(range, nowMs) : null,
  };
}

function unknownValue(name: string, values: readonly string[]): BadRequestError {
  return new BadRequestError(`${name} must be one of ${values.join(', ')}`);
}
