import type { Listing, LiveRun, RunRow } from '@app/contracts';

/** A row that is on screen takes on its new state where it is. Rows never move and none appears. */
export function applyLiveRun(listing: Listing<RunRow>, run: LiveRun): Listing<RunRow> {
  if (!listing.data.some(({ run_id }) => run_id === run.run_id)) return listing;
  return {
    ...listing,
    data: listing.data.map((row) =>
      row.run_id !== run.run_id || isOlder(run, row)
        ? row
        : {
            ...row,
            status: run.status,
            stopped_at: run.stopped_at,
            duration_us: run.duration_us,
            error_preview: run.error_preview,
            next_attempt_at: run.next_attempt_at,
          },
    ),
  };
}

/** Messages may come late: a run that has ended does not run again. */
function isOlder(run: LiveRun, row: RunRow): boolean {
  return run.status === 'running' && row.status !== 'running';
}

export interface ListFilters {
  readonly q: string;
  readonly status: readonly string[];
  readonly type: readonly string[];
  readonly project: readonly string[];
}

/** Whether a run that just started would be a row of the list. */
export function concernsList(run: LiveRun, filters: ListFilters): boolean {
  return (
    run.type !== 'task' &&
    (filters.status.length === 0 || filters.status.includes('running')) &&
    (filters.type.length === 0 || filters.type.includes(run.type)) &&
    (filters.project.length === 0 || (run.project !== null && filters.project.includes(run.project))) &&
    (filters.q === '' || (run.function ?? '').toLowerCase().includes(filters.q.toLowerCase()))
  );
}
