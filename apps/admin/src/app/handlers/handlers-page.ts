import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import type { EventHandlerRow } from '@app/contracts';
import { SearchBox } from '@app/admin-ui/filter';
import { fileName, FunctionName, splitFunction, TimeView } from '@app/admin-ui/format';
import { refreshOn } from '@app/admin-ui/live';
import { ClearFilters, IgnoredNotice, listPage, ListPager, NoMatch } from '@app/admin-ui/listing';
import { Scope } from '@app/admin-ui/session';
import { EmptyState } from '@app/admin-ui/states';
import { StatusChip } from '@app/admin-ui/status';
import { Cell, type Column, DataTable } from '@app/admin-ui/table';
import { text } from '@app/admin-ui/url';

const COLUMNS: readonly Column[] = [
  { id: 'type', header: 'Event type', width: 230, card: 1 },
  { id: 'function', header: 'Function', card: 2 },
  { id: 'project', header: 'Project', width: 124, from: 640 },
  { id: 'agent', header: 'Agent', width: 120, from: 860 },
  { id: 'retry', header: 'Retries', width: 132, from: 980 },
  { id: 'last', header: 'Last event', width: 196, align: 'end', card: 1 },
  { id: 'at', header: 'Source', width: 124, from: 1240 },
];

const FILTERS = { q: text(), project: text() };

const SNIPPET = `confirm meta {on-event: "order:created"}
fn (event) { event.data }`;

@Component({
  selector: 'hp-handlers-page',
  imports: [
    Cell,
    ClearFilters,
    DataTable,
    EmptyState,
    FunctionName,
    IgnoredNotice,
    ListPager,
    MatTooltip,
    NoMatch,
    RouterLink,
    SearchBox,
    StatusChip,
    TimeView,
  ],
  templateUrl: './handlers-page.html',
  styleUrl: './handlers-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class HandlersPage {
  protected readonly scope = inject(Scope);
  protected readonly list = listPage<EventHandlerRow, typeof FILTERS>({
    path: 'handlers',
    filters: FILTERS,
    size: 50,
  });
  protected readonly columns = COLUMNS;
  protected readonly snippet = SNIPPET;
  protected readonly projectOptions = computed(() => this.list.facets()?.['project'] ?? []);
  protected readonly fileName = fileName;
  protected readonly rowId = (row: EventHandlerRow): string => row.event_handler_id;

  constructor() {
    // What came of the last event changes while one looks.
    refreshOn(['run:start', 'run:stop', 'run:fail'], () => this.list.reload());
  }

  protected agentLink(agent: string): readonly string[] {
    const { namespace, name } = splitFunction(agent);
    return this.scope.link('agents', namespace.slice(0, -1), name);
  }

  protected shortAgent(agent: string): string {
    return splitFunction(agent).name;
  }

  protected chooseProject(event: Event): void {
    if (event.target instanceof HTMLSelectElement) this.list.change({ project: event.target.value });
  }
}
