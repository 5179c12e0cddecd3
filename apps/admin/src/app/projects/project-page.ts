import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import type { BuildRow, Listing, ProjectDetail, Single } from '@app/contracts';
import { Confirm, Tell } from '@app/admin-ui/confirm';
import { ApiClient, fetched, withQuery } from '@app/admin-ui/data';
import { formatBytes, formatCount, ShortId, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { refreshOn } from '@app/admin-ui/live';
import { Scope } from '@app/admin-ui/session';
import { Sparkline } from '@app/admin-ui/spark';
import { EmptyState, ErrorState, Skeleton } from '@app/admin-ui/states';
import { StatusChip } from '@app/admin-ui/status';
import { Cell, type Column, DataTable, PAGE_SIZES, Pager } from '@app/admin-ui/table';
import { integer, text, urlState } from '@app/admin-ui/url';
import { buildState } from './build-state';
import { DeployDialog, type DeployData } from './deploy-dialog';

const COLUMNS: readonly Column[] = [
  { id: 'state', header: 'State', width: 140, card: 1 },
  { id: 'hash', header: 'Build', width: 124, card: 1 },
  { id: 'note', header: '', from: 900 },
  { id: 'size', header: 'Size', width: 92, align: 'end', from: 760 },
  { id: 'by', header: 'Uploaded by', width: 148, from: 860 },
  { id: 'created', header: 'Uploaded', width: 112, align: 'end', card: 2 },
  { id: 'actions', header: '', width: 140, align: 'end', card: 2 },
];

@Component({
  selector: 'hp-project-page',
  imports: [
    Cell,
    DataTable,
    EmptyState,
    ErrorState,
    Icon,
    MatTooltip,
    Pager,
    RouterLink,
    ShortId,
    Skeleton,
    Sparkline,
    StatusChip,
    TimeView,
  ],
  templateUrl: './project-page.html',
  styleUrl: './project-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ProjectPage {
  readonly name = input.required<string>();

  private readonly api = inject(ApiClient);
  private readonly confirm = inject(Confirm);
  private readonly dialogs = inject(MatDialog);
  private readonly tell = inject(Tell);
  protected readonly scope = inject(Scope);
  protected readonly url = urlState({ size: integer(25, PAGE_SIZES), cur: text() });
  protected readonly columns = COLUMNS;

  private readonly address = computed(() => {
    const base = this.scope.api();
    return base === undefined ? undefined : `${base}/projects/${encodeURIComponent(this.name())}`;
  });
  protected readonly detail = fetched<Single<ProjectDetail>>(() => this.address());
  protected readonly project = computed(() => this.detail.value()?.data);
  protected readonly builds = fetched<Listing<BuildRow>>(
    () => {
      const address = this.address();
      const { size, cur } = this.url.values();
      return address === undefined ? undefined : withQuery(`${address}/builds`, { limit: size, cursor: cur });
    },
    { keep: true },
  );
  protected readonly formatBytes = formatBytes;
  protected readonly formatCount = formatCount;
  protected readonly stateOf = buildState;
  protected readonly rowId = (build: BuildRow): string => build.build_id;
  protected readonly rowLink = (build: BuildRow): readonly string[] =>
    this.scope.link('projects', this.name(), 'builds', build.build_id);

  constructor() {
    refreshOn(
      ['build:status', 'project:changed'],
      async () => {
        await Promise.all([this.detail.reload(), this.builds.reload()]);
      },
      (message) => (message.data as { readonly project?: string }).project === this.name(),
    );
  }

  protected deploy(build: BuildRow): void {
    const data: DeployData = { build };
    this.dialogs
      .open(DeployDialog, { data, width: '600px', maxWidth: '96vw' })
      .afterClosed()
      .subscribe((started) => {
        if (started === true) void Promise.all([this.detail.reload(), this.builds.reload()]);
      });
  }

  protected async setActive(project: ProjectDetail, active: boolean): Promise<void> {
    const sure =
      active ||
      (await this.confirm.ask({
        title: `Deactivate ${project.name}?`,
        consequences: [
          'Its handlers stop receiving events; what arrives meanwhile is stored as unhandled.',
          'Runs that are going on finish. Activating deploys the same build again.',
        ],
        verb: 'Deactivate project',
        danger: true,
      }));
    if (!sure) return;
    try {
      await this.api.send('PATCH', this.address() ?? '', { active });
      this.tell.done(active ? `${project.name} is being activated.` : `${project.name} is deactivated.`);
      await this.detail.reload();
    } catch (problem) {
      this.tell.problem(problem);
    }
  }
}
