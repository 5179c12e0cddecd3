import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import { MatTooltip } from '@angular/material/tooltip';
import type { RunRow } from '@app/contracts';
import type { ApiError, FetchStatus } from '../data';
import { Duration, FunctionName, ShortId, TimeView } from '../format';
import { Scope } from '../session';
import { StatusChip } from '../status';
import { Cell, DataTable, type Column } from '../table';
import { RUN_COLUMNS, type RunColumn } from './run-columns';

/** Runs as rows, wherever runs are listed. */
@Component({
  selector: 'hp-run-table',
  imports: [Cell, DataTable, Duration, FunctionName, MatTooltip, RouterLink, ShortId, StatusChip, TimeView],
  templateUrl: './run-table.html',
  styleUrl: './run-table.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RunTable {
  readonly label = input('runs');
  readonly rows = input.required<readonly RunRow[] | undefined>();
  readonly show = input<readonly RunColumn[]>();
  readonly status = input<FetchStatus>('ready');
  readonly error = input<ApiError>();
  readonly sort = input('');
  readonly fresh = input<ReadonlySet<string>>(new Set());
  readonly skeletonRows = input(8);
  readonly sortChange = output<string>();
  readonly again = output();

  protected readonly scope = inject(Scope);
  protected readonly columns = computed<readonly Column[]>(() => {
    const show = this.show();
    const all: readonly Column[] = RUN_COLUMNS;
    const columns =
      show === undefined ? all : all.filter(({ id }) => (show as readonly string[]).includes(id));
    // Sorting is offered only where somebody listens.
    return this.sort() === '' ? columns.map(({ sort: _, ...column }) => column) : columns;
  });
  /** Longest duration on the page: the thin bars are relative to it. */
  private readonly longest = computed(() =>
    Math.max(1, ...(this.rows() ?? []).map(({ duration_us }) => duration_us ?? 0)),
  );
  protected readonly rowId = (run: RunRow): string => run.run_id;
  protected readonly rowLink = (run: RunRow): readonly string[] => this.scope.link('runs', run.run_id);

  protected share(run: RunRow): number {
    return (100 * (run.duration_us ?? 0)) / this.longest();
  }
}
