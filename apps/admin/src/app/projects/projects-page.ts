import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import type { Listing, ProjectRow } from '@app/contracts';
import { fetched, withQuery } from '@app/admin-ui/data';
import { SearchBox } from '@app/admin-ui/filter';
import { CopyButton, formatCount, TimeView } from '@app/admin-ui/format';
import { refreshOn } from '@app/admin-ui/live';
import { Scope, Session } from '@app/admin-ui/session';
import { Sparkline } from '@app/admin-ui/spark';
import { EmptyState } from '@app/admin-ui/states';
import { StatusChip } from '@app/admin-ui/status';
import { Cell, type Column, DataTable } from '@app/admin-ui/table';
import { text, urlState } from '@app/admin-ui/url';

const COLUMNS: readonly Column[] = [
  { id: 'name', header: 'Project', card: 1 },
  { id: 'state', header: 'State', width: 224, card: 1 },
  { id: 'build', header: 'Deployed build', width: 200, from: 760, card: 2 },
  { id: 'runs', header: 'Runs, 24 h', width: 184, align: 'end', card: 2 },
  { id: 'handlers', header: 'Handlers', width: 84, align: 'end', from: 900 },
  { id: 'builds', header: 'Builds', width: 76, align: 'end', from: 900 },
  { id: 'created', header: 'Created', width: 108, align: 'end', from: 1040 },
];

@Component({
  selector: 'hp-projects-page',
  imports: [
    Cell,
    CopyButton,
    DataTable,
    EmptyState,
    MatTooltip,
    RouterLink,
    SearchBox,
    Sparkline,
    StatusChip,
    TimeView,
  ],
  templateUrl: './projects-page.html',
  styles: `
    .name {
      color: inherit;
      font-weight: 500;
    }

    .build {
      display: inline-flex;
      align-items: baseline;
      gap: 10px;
      color: var(--hot-text-2);
    }

    .build a {
      color: inherit;
      font-size: 12px;
    }

    .runs {
      display: inline-flex;
      vertical-align: middle;
      align-items: center;
      justify-content: flex-end;
      gap: 12px;
    }

    .bad {
      margin-inline-start: 8px;
      color: var(--hot-bad-fg);
    }

    .snippet {
      display: flex;
      align-items: center;
      gap: 12px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ProjectsPage {
  private readonly session = inject(Session);
  protected readonly scope = inject(Scope);
  protected readonly url = urlState({ q: text() });
  protected readonly columns = COLUMNS;
  protected readonly projects = fetched<Listing<ProjectRow>>(
    () => {
      const base = this.scope.api();
      // Projects of an environment are few: one page of the largest size holds them.
      return base === undefined
        ? undefined
        : withQuery(`${base}/projects`, { q: this.url.values().q, limit: 500 });
    },
    { keep: true },
  );
  protected readonly deployCommand = computed(
    () => `export HOT_API_URL=${this.session.me()?.api_url ?? ''}\nexport HOT_API_KEY=…\nhot deploy`,
  );
  protected readonly formatCount = formatCount;
  protected readonly rowId = (project: ProjectRow): string => project.project_id;
  protected readonly rowLink = (project: ProjectRow): readonly string[] =>
    this.scope.link('projects', project.name);

  constructor() {
    refreshOn(['build:status', 'project:changed', 'run:stop', 'run:fail'], () => this.projects.reload());
  }
}
