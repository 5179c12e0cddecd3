import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Listing, McpToolDetail, RunRow, Single } from '@app/contracts';
import { fetched, withQuery } from '@app/admin-ui/data';
import { CopyButton, FunctionName } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { RunTable } from '@app/admin-ui/run-table';
import { RecentCallsView } from '@app/admin-ui/service-group';
import { Scope, Session } from '@app/admin-ui/session';
import { EmptyState, ErrorState, Skeleton } from '@app/admin-ui/states';
import { ValueViewer } from '@app/admin-ui/value';

@Component({
  selector: 'hp-tool-page',
  imports: [
    CopyButton,
    EmptyState,
    ErrorState,
    FunctionName,
    Icon,
    RecentCallsView,
    RouterLink,
    RunTable,
    Skeleton,
    ValueViewer,
  ],
  templateUrl: './tool-page.html',
  styleUrl: './tool-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ToolPage {
  readonly service = input.required<string>();
  readonly tool = input.required<string>();
  private readonly session = inject(Session);
  protected readonly scope = inject(Scope);
  protected readonly detail = fetched<Single<McpToolDetail>>(() => {
    const base = this.scope.api();
    const names = [this.service(), this.tool()].map(encodeURIComponent).join('/');
    return base === undefined ? undefined : `${base}/mcp/${names}`;
  });
  protected readonly found = computed(() => this.detail.value()?.data);
  protected readonly runs = fetched<Listing<RunRow>>(() => {
    const base = this.scope.api();
    const found = this.found();
    if (base === undefined || found === undefined) return undefined;
    return withQuery(`${base}/runs`, { function: found.function, type: 'call', limit: 10 });
  });
  protected readonly runColumns = ['status', 'function', 'id', 'started', 'duration'] as const;
  protected readonly address = computed(
    () => `${this.session.me()?.api_url ?? ''}${this.found()?.path ?? ''}`,
  );
}
