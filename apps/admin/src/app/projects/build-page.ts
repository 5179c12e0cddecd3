import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import type { BuildDetail, HandlerRow, Single } from '@app/contracts';
import { fetched } from '@app/admin-ui/data';
import { CopyButton, formatBytes, FunctionName, ShortId, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { refreshOn } from '@app/admin-ui/live';
import { Scope } from '@app/admin-ui/session';
import { EmptyState, ErrorState, Skeleton } from '@app/admin-ui/states';
import { StatusChip } from '@app/admin-ui/status';
import { Cell, type Column, DataTable } from '@app/admin-ui/table';
import { buildState } from './build-state';
import { DeployDialog, type DeployData } from './deploy-dialog';

const COLUMNS: readonly Column[] = [
  { id: 'type', header: 'Event type', width: 200, card: 1 },
  { id: 'function', header: 'Handler', card: 2 },
  { id: 'place', header: 'Source', width: 220, from: 820 },
  { id: 'retries', header: 'Retries', width: 84, align: 'end', from: 640 },
];

@Component({
  selector: 'hp-build-page',
  imports: [
    Cell,
    CopyButton,
    DataTable,
    EmptyState,
    ErrorState,
    FunctionName,
    Icon,
    MatTooltip,
    RouterLink,
    ShortId,
    Skeleton,
    StatusChip,
    TimeView,
  ],
  templateUrl: './build-page.html',
  styleUrl: './build-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class BuildPage {
  readonly name = input.required<string>();
  readonly buildId = input.required<string>();
  private readonly dialogs = inject(MatDialog);
  protected readonly scope = inject(Scope);
  protected readonly columns = COLUMNS;

  protected readonly address = computed(() => {
    const base = this.scope.api();
    return base === undefined ? undefined : `${base}/builds/${encodeURIComponent(this.buildId())}`;
  });
  protected readonly detail = fetched<Single<BuildDetail>>(() => this.address());
  protected readonly build = computed(() => this.detail.value()?.data);
  protected readonly formatBytes = formatBytes;
  protected readonly stateOf = buildState;
  protected readonly rowId = (handler: HandlerRow): string => `${handler.event_type} ${handler.function}`;

  constructor() {
    refreshOn(
      ['build:status', 'project:changed'],
      () => this.detail.reload(),
      (message) => (message.data as { readonly project?: string }).project === this.name(),
    );
  }

  protected deploy(build: BuildDetail): void {
    const data: DeployData = { build };
    this.dialogs
      .open(DeployDialog, { data, width: '600px', maxWidth: '96vw' })
      .afterClosed()
      .subscribe((started) => {
        if (started === true) void this.detail.reload();
      });
  }
}
